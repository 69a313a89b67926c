TESTS_connectors/role += test_gate test_sign
test_gate_SUPPORT := yes
$(B)/tests/connectors/role/test_gate: | $(B)/libexec/gate $(B)/fabsoc-agent $(B)/libexec/fabsoc-farend
