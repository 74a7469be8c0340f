"""What people work as, and which of them see personal data (S-27, D-10, C-21)."""

OPERATOR = "operator"
DISPATCHER = "dispatcher"
DRIVER = "driver"
CARRIER = "carrier"
TOWN_OFFICER = "town_officer"
PROTECTION_MANAGER = "protection_manager"
AUDITOR = "auditor"
SYSTEM_ADMINISTRATOR = "system_administrator"

ALL = (
    OPERATOR,
    DISPATCHER,
    DRIVER,
    CARRIER,
    TOWN_OFFICER,
    PROTECTION_MANAGER,
    AUDITOR,
    SYSTEM_ADMINISTRATOR,
)
# Who must be named before the first sign-in: these see data of single persons (S-08, C-02).
SEES_PERSONS = frozenset({OPERATOR, DISPATCHER, DRIVER, PROTECTION_MANAGER})
OF_A_CARRIER = frozenset({DRIVER, CARRIER})
# Who asks for acts on accounts, and who may agree to them: always another person than the asker.
ASKS_FOR_ACTS = frozenset({SYSTEM_ADMINISTRATOR})
AGREES_TO_ACTS = frozenset({SYSTEM_ADMINISTRATOR, PROTECTION_MANAGER})
