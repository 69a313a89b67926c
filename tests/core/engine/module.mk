TESTS_core/engine := test_engine test_order test_plans test_memory
test_engine_SUPPORT := 1
test_engine_USES := core
test_order_SUPPORT := 1
test_order_USES := core
test_plans_SUPPORT := 1
test_plans_USES := core
