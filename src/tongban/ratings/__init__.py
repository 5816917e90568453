"""Ratings (好差评): one for each answered case, five levels, tags and words.

GB/T 39734-2020 and 国办发〔2019〕51号: one case, one rating; voluntary. A case that nobody rated is
unrated: it is counted nowhere as satisfied.

Owns: `Rating`. Called by: the sites.
"""
