// The accounts of the campaign: the honest, and those under which it attacks. Opened over REST, as
// anybody's, and known to whoever judges what is said in a name.

import { randomBytes } from 'node:crypto'
import type { Line } from './exchange.ts'
import { marks } from './leaks.ts'

export type Person = {
  id: string
  username: string
  email: string
  password: string
  token: string
  sessionId: string | null
  refreshToken: string | null
}

type Registered = { id: string; username: string }
type Login = { access_token: string; session_id?: string; refresh_token?: string | null }

export class People {
  /** Everyone there ever was: id → name. */
  readonly names = new Map<string, string>()
  readonly #line: Line
  readonly #renewals = new Map<string, Promise<void>>()
  #made = 0

  constructor(line: Line) {
    this.#line = line
  }

  async open(kind: 'honest' | 'hostile'): Promise<Person> {
    const name = `${kind}-${++this.#made}-${randomBytes(3).toString('hex')}`
    const mail = kind === 'honest' ? marks.honestMail : marks.hostileMail
    const email = `${randomBytes(6).toString('hex')}@${mail}`
    const password = newPassword()
    const body = { username: name, email, password }
    const { id, username } = (await this.#post('/auth/register', body, 201)) as Registered
    this.names.set(id, username)
    const person = { ...body, id, username, token: '', sessionId: null, refreshToken: null }
    await this.logIn(person)
    return person
  }

  async openMany(kind: 'honest' | 'hostile', count: number): Promise<Person[]> {
    // One after the other: bcrypt keeps the Worker from everything else.
    const people: Person[] = []
    while (people.length < count) people.push(await this.open(kind))
    return people
  }

  async logIn(person: Person): Promise<void> {
    const { email, password } = person
    const answer = (await this.#post('/auth/login', { email, password }, 200)) as Login
    const { access_token: token, session_id = null, refresh_token = null } = answer
    Object.assign(person, { token, sessionId: session_id, refreshToken: refresh_token })
  }

  /** After its session was ended; once, however many ask. */
  renew(person: Person): Promise<void> {
    const known = this.#renewals.get(person.id)
    if (known) return known
    const renewal = this.logIn(person).finally(() => this.#renewals.delete(person.id))
    this.#renewals.set(person.id, renewal)
    return renewal
  }

  async #post(path: string, body: object, status: number): Promise<unknown> {
    const answer = await this.#line.exchange({
      method: 'POST',
      path,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(JSON.stringify(body)),
    })
    if (answer.status === status) return JSON.parse(answer.body.toString())
    throw new Error(`POST ${path} answers ${answer.status}: ${answer.body}`)
  }
}

export function newPassword(): string {
  return marks.password + randomBytes(10).toString('base64url')
}
