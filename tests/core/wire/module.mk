TESTS_core/wire := test_walk test_wire test_session test_sig
