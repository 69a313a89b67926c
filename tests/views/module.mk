TESTS_views := test_screens test_console test_fmt test_tty
test_screens_SUPPORT := yes
test_console_SUPPORT := yes
test_tty_SUPPORT := yes
