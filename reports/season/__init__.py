"""The report of a promotion season: cohorts of merchants by turnover, growth against last year, ROI by brand."""
