"""The quick reading of tables says what the plain one does, on all combinations that rows tell apart."""

from two_readings import compare

from firstpoint.counting.books import newest_book


def test_both_readings_of_every_table_of_the_newest_book_agree():
    compared = compare(newest_book(), random_points=5_000)
    assert compared.differences == 0
    assert compared.tables > 200
    assert compared.whole > compared.tables - 20
    assert compared.combinations > 300_000
