TESTS_core/model := test_fab test_fab_addr test_fieldset test_hostile test_policy test_roster test_wants
