TESTS_core/frame := test_csv test_frame test_hsms test_json_cut test_tcp
