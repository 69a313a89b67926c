TESTS_core/base := test_utf8 test_arena test_buf test_hash test_jsonw test_rd test_shift test_span test_time test_treecache test_ydoc
