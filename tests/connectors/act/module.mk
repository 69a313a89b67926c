TESTS_connectors/act := test_executor test_refusals test_params test_agentconf test_run
test_executor_SUPPORT := yes
test_refusals_SUPPORT := yes
$(B)/tests/connectors/act/test_executor $(B)/tests/connectors/act/test_refusals: | $(B)/libexec/fabsoc-farend
