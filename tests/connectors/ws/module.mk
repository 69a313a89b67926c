TESTS_connectors/ws := test_ws test_refused
test_ws_SUPPORT := yes
test_refused_SUPPORT := yes
