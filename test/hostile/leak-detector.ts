// Finds secrets in answers and logs. All secrets that the campaign makes up contain a marker, so that
// a leak is found without knowing which secret it is.

export const markers = {
  /** Part of every password. */
  password: 'Kq9~',
  /** The domain of the email addresses of well-behaved users. */
  wellBehavedDomain: 'well-behaved.example',
  hostileDomain: 'hostile.example',
  /** Part of every message of a well-behaved client. */
  text: 'Qm3~text',
  /** Part of the texts that attackers send. */
  attack: 'h0st1le',
  /** Part of terms of the word list. Messages spell it in capitals, which the list finds too. */
  term: 'zq7trm',
  /** Part of the reasons of mutes, bans and purges. */
  reason: 'Rk4~reason',
  /** Part of the reasons of reports. */
  report: 'Vw8~report',
} as const

/** How names of accounts end, of which no log line may have one. */
const accountName = /\b(well-behaved|hostile)-\d+-[0-9a-f]{6}\b/
/** The person whom a restriction concerns learns its reason. */
const ownRestriction = /"event":"restricted"|"code":"(muted|banned)"/

const internals: [string, RegExp][] = [
  ['a password hash', /\$2[aby]\$\d\d\$/],
  ['a stack', /(\n|\\n)\s+at \S+ ?[(\w]|node_modules|\.[jt]s:\d+:\d+/],
  [
    'an error of a store',
    /syntax error at|violates \S+ constraint|Neon\w*Error|Drizzle\w*Error|WRONGTYPE/,
  ],
]
const accessToken = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./

export class LeakDetector {
  readonly #secrets: [string, string][] = []

  /** Adds a secret that no pattern matches. */
  addSecret(name: string, secret: string): void {
    if (secret.length >= 16) this.#secrets.push([name, secret])
  }

  /** @param own what this caller may see: its tokens, its email address, and what only moderators may */
  inAnswer(text: string, own: { tokens?: boolean; mail?: boolean; staff?: boolean }): string[] {
    const leaks = [
      ...(own.staff ? [] : findModeration(text)),
      ...internals.flatMap(([name, looks]) => (looks.test(text) ? [name] : [])),
      ...(text.includes(markers.password) ? ['a password'] : []),
      ...(!own.mail && text.includes(markers.wellBehavedDomain) ? ["another's email address"] : []),
      ...(!own.tokens && accessToken.test(text) ? ['an access token'] : []),
    ]
    return own.tokens ? leaks : [...leaks, ...this.#findSecrets(text)]
  }

  inLog(line: string): string[] {
    const { password, wellBehavedDomain, hostileDomain, text, term, reason, report } = markers
    return [
      ...(/\$2[aby]\$\d\d\$/.test(line) ? ['a password hash'] : []),
      ...(line.includes(password) ? ['a password'] : []),
      ...(line.includes(wellBehavedDomain) || line.includes(hostileDomain)
        ? ['an email address']
        : []),
      ...(line.includes(text) ? ['the text of a message'] : []),
      ...(accountName.test(line) ? ['a name'] : []),
      ...(line.includes(term) ? ['a term of the word list'] : []),
      ...(line.includes(reason) || line.includes(report) ? ['a reason'] : []),
      ...(accessToken.test(line) ? ['an access token'] : []),
      ...this.#findSecrets(line),
    ]
  }

  #findSecrets(text: string): string[] {
    return this.#secrets.flatMap(([name, secret]) => (text.includes(secret) ? [name] : []))
  }
}

/** What only moderators may see. */
function findModeration(text: string): string[] {
  return [
    ...(text.includes(markers.term) ? ['a term of the word list'] : []),
    ...(text.includes(markers.report) ? ['the reason of a report'] : []),
    ...(text.includes(markers.reason) && !ownRestriction.test(text)
      ? ['the reason of a restriction']
      : []),
  ]
}
