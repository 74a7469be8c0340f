### Cases (complaints, opinions, questions), incidents, contacts

refusal-case-not-answered = To close a case, enter who is in charge and the reply.
refusal-incident-not-told = Record the report to the town first, then close.
