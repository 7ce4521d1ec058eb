"""The quick reading of tables says what the plain one does.

On all combinations that rows tell apart where they are few, else on every path through the rows;
``make trials`` goes through more, in every book.
"""

import pytest
from two_readings import compare

from firstpoint.counting.books import newest_book

pytestmark = pytest.mark.early


def test_both_readings_of_every_table_of_the_newest_book_agree():
    compared = compare(newest_book(), random_points=5_000, most=20_000)
    assert compared.differences == 0
    assert compared.tables > 200
    assert compared.whole > compared.tables - 20
    assert compared.combinations > 200_000
