// Why Postgres or Redis cannot do its work, as `/ready` and the start say it: a code to branch on and
// a sentence that gives nothing away. Codes of a store's own, such as an SQLSTATE, may stand there, too.

export const partFaults = {
  schema_missing: 'A table or a column that this version needs is not there',
  not_permitted: 'The service may not read or write there as it has to',
  read_only: 'It takes no writes',
  full: 'It has no space left for what is written',
  writes_refused: 'It refuses writes for the time being',
  timeout: 'It does not answer in time',
  unreachable: 'It cannot be reached',
} as const

export type PartFaultCode = keyof typeof partFaults

/** `of` names what it is about: for the log and the terminal, and for nobody else. */
export type PartFault = { code: string; of: string[] }

export function faultSentence(code: string): string {
  return Object.hasOwn(partFaults, code)
    ? partFaults[code as PartFaultCode]
    : 'It refuses what is asked of it'
}
