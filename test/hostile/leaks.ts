// What must never be told, neither in an answer nor in the log. Whatever the campaign makes up as a
// secret carries a mark, so that a leak is found without knowing which one it is.

export const marks = {
  /** Every password holds it. */
  password: 'Kq9~',
  /** Addresses of the honest. Attackers know their own. */
  honestMail: 'honest.example',
  hostileMail: 'hostile.example',
  /** Every text that an honest person says. */
  text: 'Qm3~says',
  /** Stands in what attackers make up. */
  attack: 'h0st1le',
} as const

const innards: [string, RegExp][] = [
  ['a password hash', /\$2[aby]\$\d\d\$/],
  ['a stack', /(\n|\\n)\s+at \S+ ?[(\w]|node_modules|\.[jt]s:\d+:\d+/],
  [
    'an error of a store',
    /syntax error at|violates \S+ constraint|Neon\w*Error|Drizzle\w*Error|WRONGTYPE/,
  ],
]
const accessToken = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./

export class Leaks {
  readonly #secrets: [string, string][] = []

  /** Secrets of the service, and tokens that cannot be told by their looks. */
  keep(name: string, secret: string): void {
    if (secret.length >= 16) this.#secrets.push([name, secret])
  }

  /** @param own what this caller may see, such as the tokens it asked for */
  inAnswer(text: string, own: { tokens: boolean; mail: boolean }): string[] {
    const told = [
      ...innards.flatMap(([name, looks]) => (looks.test(text) ? [name] : [])),
      ...(text.includes(marks.password) ? ['a password'] : []),
      ...(!own.mail && text.includes(marks.honestMail) ? ["another's email address"] : []),
      ...(!own.tokens && accessToken.test(text) ? ['an access token'] : []),
    ]
    return own.tokens ? told : [...told, ...this.#held(text)]
  }

  inLog(line: string): string[] {
    const { password, honestMail, hostileMail, text } = marks
    return [
      ...(/\$2[aby]\$\d\d\$/.test(line) ? ['a password hash'] : []),
      ...(line.includes(password) ? ['a password'] : []),
      ...(line.includes(honestMail) || line.includes(hostileMail) ? ['an email address'] : []),
      ...(line.includes(text) ? ['the text of a message'] : []),
      ...(accessToken.test(line) ? ['an access token'] : []),
      ...this.#held(line),
    ]
  }

  #held(text: string): string[] {
    return this.#secrets.flatMap(([name, secret]) => (text.includes(secret) ? [name] : []))
  }
}
