"""This package holds what every page of Cordboard is made of; the portal's and the connector's pages stand on it.

Reading order: `words` (languages), `formats` (dates, numbers, telephones as a person reads them), `render` (templates),
`assets` (the files under /static), `security` (headers of every answer).
`templates/` are whole pages, `components/` the parts that pages share and that live updates send again by themselves.
"""
