TESTS_connectors/role := test_service test_gate test_sign
test_service_SUPPORT := yes
test_gate_SUPPORT := yes
$(B)/tests/connectors/role/test_gate: | $(B)/libexec/gate $(B)/fabsoc-agent $(B)/libexec/fabsoc-farend
