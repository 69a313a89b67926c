TESTS_tui := test_canvas test_key test_keymap test_table test_prompt test_theme test_help
