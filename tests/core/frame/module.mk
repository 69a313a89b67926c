TESTS_core/frame := test_frame
