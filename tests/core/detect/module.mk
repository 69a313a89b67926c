TESTS_core/detect := test_conditions test_context test_corpus test_house_rules test_regression test_values
test_regression_PKG := jansson
