from firstpoint.records.linking.by_reference import Links, crimes_from_closing_codes, link_by_reference
from firstpoint.records.linking.matching import Linkage, LinkSettings, link_records
