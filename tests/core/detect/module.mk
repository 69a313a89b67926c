TESTS_core/detect := test_conditions test_context test_corpus test_correlation test_documents test_few \
	test_hostile test_house_rules test_keyword test_lane test_matcher test_prefilter test_regression test_values
test_regression_PKG := jansson
