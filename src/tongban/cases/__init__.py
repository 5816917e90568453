"""Cases: submission → acceptance → examination → decision → completion → delivery, and the clock.

A `Case` is the handling of what an applicant sent; each sending is an immutable `Submission`.
A case is handled in `Stage`s, each one agency's piece of work with its own assignee and due day;
queues are lists of open stages, so several agencies can work on one case side by side.
`lifecycle.MOVES` knows every move, the database refuses rows no move can make, and every act
leaves one `CaseEvent`, which feeds timeline, audit and supervision.

Each act is one function, in the file of its name: `submission.submit`, `acceptance.accept`,
`acceptance.refuse_acceptance`, `supplements.ask_supplement`, `supplements.supplement`,
`examination.examine`, `decision.decide`, `completion.complete`, `completion.deliver`,
`endings.withdraw`, `endings.terminate`, `assignment.claim`.

Owns: `Draft`, `Attachment`, `Case`, `Submission`, `Stage`, `SupplementRequest`, `Pause`,
`Decision`, `CaseEvent`. Called by: ratings, the sites. Announces `case.*`.
"""
