TESTS_connectors/role := test_service test_capture test_block_run test_shell test_gate test_wslink $(if $(wildcard tests/connectors/role/test_sign.c),test_sign)
test_shell_SUPPORT := yes
test_service_SUPPORT := yes
test_gate_SUPPORT := yes
test_sign_SUPPORT := yes
$(B)/tests/connectors/role/test_gate: | $(B)/libexec/gate $(B)/fabsoc-agent $(B)/libexec/fabsoc-farend
$(B)/tests/connectors/role/test_capture: | $(B)/fabsocd $(B)/libexec/intake $(B)/libexec/capture
