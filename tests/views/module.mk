TESTS_views := test_screens test_console test_fmt
test_screens_SUPPORT := yes
test_console_SUPPORT := yes
