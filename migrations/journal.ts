// The table that says which migrations were applied. It belongs to this service alone: with a table
// that other programs share, one of their rows would make ours be skipped without a word.

export const journal = { schema: 'edge_chat', table: 'migrations' } as const
