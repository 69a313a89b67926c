TESTS_core/frame := test_frame test_hsms test_tcp
