TESTS_core/play := test_cacao test_canon test_command test_cond test_openc2 test_plan test_run
