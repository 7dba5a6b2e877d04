// Defines what the room applies again to an archive that was set back.

/** Ids of deactivated accounts, and of ended sessions. */
export type Endings = { users: string[]; sessions: string[] }
