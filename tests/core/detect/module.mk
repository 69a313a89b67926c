TESTS_core/detect := test_corpus test_house_rules test_regression
test_regression_PKG := jansson
