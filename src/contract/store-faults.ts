// Reasons why the room, Postgres or Redis cannot serve, as `/ready` and `npm start` report them: a code, and
// a sentence that reveals nothing secret. A store's own code, such as an SQLSTATE, may take its
// place.

export const storeFaults = {
  schema_missing: 'A table or a column that this version needs is not there',
  not_permitted: 'The service may not read or write there as it has to',
  read_only: 'It takes no writes',
  full: 'It has no space left for what is written',
  writes_refused: 'It refuses writes for the time being',
  postgres_set_back:
    'It lacks messages that it had, as after restoring a backup: run `npm run operator -- rearchive`',
  room_set_back:
    'It has more than the room, whose storage was set back: the room restarts and catches up by itself',
  other_room: 'Another room writes to it under the same name: see docs/recovery.md',
  restoring: 'It lost its storage, and waits for Postgres to restore who may not come in',
  sealed: 'It was sealed, because another room takes over: see docs/recovery.md, "Moving the room"',
  timeout: 'It does not answer in time',
  unreachable: 'It cannot be reached',
} as const

export type StoreFaultCode = keyof typeof storeFaults

/** `of` names what is affected, for the log and the terminal only. */
export type StoreFault = { code: string; of: string[] }

/** Whether a code is one of these, and not a store's own. */
export function isStoreFault(code: string): code is StoreFaultCode {
  return Object.hasOwn(storeFaults, code)
}

export function storeFaultDetail(code: string): string {
  return isStoreFault(code) ? storeFaults[code] : 'It refuses what is asked of it'
}
