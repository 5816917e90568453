"""Directory: regions, agencies, service centres, and the calendars they work by.

A region tree of any country loads (codes are text; GB/T 2260 codes in China). Every other row of
the platform knows its region; a region's `path` makes "this region and all below" one index range.

Owns: `Region`, `Agency`, `Centre`, `Calendar`, `CalendarDay`. Called by everything above.
"""
