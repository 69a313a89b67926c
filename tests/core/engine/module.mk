TESTS_core/engine := test_engine
test_engine_SUPPORT := 1
test_engine_USES := core
