from firstpoint import vocabulary


def test_the_current_list_has_142_classes():
    current = [each for each in vocabulary.offence_classes().values() if each.current]
    assert len(current) == 142


def test_violence_with_injury_is_sampled_with_violence_and_counted_by_victim():
    injury = vocabulary.offence_class("8N")
    assert injury is not None
    assert (injury.audit_stratum, injury.count_unit) == ("violence", "per_victim")


def test_fraud_stands_outside_the_recording_rate():
    fraud = [each for each in vocabulary.offence_classes().values() if each.group == "Fraud (NFIB)"]
    assert fraud
    assert {each.audit_stratum for each in fraud} == {"excluded"}


def test_every_offence_belongs_to_a_listed_class():
    assert {each.class_code for each in vocabulary.offence_codes()} <= set(vocabulary.offence_classes())


def test_one_code_may_stand_in_several_classes():
    burglaries = {each.class_code for each in vocabulary.offence_codes() if each.ho_code == "028/03"}
    assert len(burglaries) > 1


def test_an_unknown_class_is_no_class():
    assert vocabulary.offence_class("999Z") is None


def test_every_current_class_says_by_what_it_is_counted():
    assert [
        each.code for each in vocabulary.offence_classes().values() if each.current and not each.count_unit
    ] == []


def test_the_other_lists_are_whole():
    assert len(vocabulary.outcomes()) == 27
    assert sorted(vocabulary.cancellations()) == ["C1", "C2", "C3", "C4", "C5"]
    assert {each.family for each in vocabulary.reported_incidents().values()} == {"N100", "N200", "N300"}
    assert len(vocabulary.incident_categories()) == 63
