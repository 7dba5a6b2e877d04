// The table of the applied migrations. It belongs to this service alone: in a shared table, a row of another
// program could make this service skip a migration silently.

export const journal = { schema: 'edge_chat', table: 'migrations' } as const
