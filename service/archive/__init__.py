"""Whole archives: files of texts in, tables of what they say out, on as many machines as there are.

`sources` finds the files, `rows` reads them, `shards` cuts them into what is analyzed at once,
`records` makes rows what the service is asked. `tables` says what is kept of an answer, `store`
keeps it, and `engine` has Ray do that for all shards. `queries` asks what came of it.
"""
