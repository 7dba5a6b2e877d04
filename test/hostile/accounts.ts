// The accounts of the campaign: those of well-behaved clients and those that attack. They are
// registered over REST, and their names are known to all checks.

import { randomBytes } from 'node:crypto'
import { markers } from './leak-detector.ts'
import type { RawHttpClient } from './raw-http-client.ts'

export type Account = {
  id: string
  username: string
  email: string
  password: string
  token: string
  sessionId: string
  refreshToken: string
}

type Registered = { id: string; username: string }
type Login = { access_token: string; session_id: string; refresh_token: string }

export class Accounts {
  /** The names of all accounts, also of erased ones, by id. */
  readonly names = new Map<string, string>()
  readonly #http: RawHttpClient
  readonly #renewals = new Map<string, Promise<void>>()
  #made = 0

  constructor(http: RawHttpClient) {
    this.#http = http
  }

  async open(kind: 'well-behaved' | 'hostile'): Promise<Account> {
    const name = `${kind}-${++this.#made}-${randomBytes(3).toString('hex')}`
    const mail = kind === 'well-behaved' ? markers.wellBehavedDomain : markers.hostileDomain
    const email = `${randomBytes(6).toString('hex')}@${mail}`
    const password = newPassword()
    const body = { username: name, email, password }
    const { id, username } = (await this.#post('/auth/register', body, 201)) as Registered
    this.names.set(id, username)
    const account = { ...body, id, username, token: '', sessionId: '', refreshToken: '' }
    await this.logIn(account)
    return account
  }

  async createMany(kind: 'well-behaved' | 'hostile', count: number): Promise<Account[]> {
    // One by one, because bcrypt blocks the Worker.
    const accounts: Account[] = []
    while (accounts.length < count) accounts.push(await this.open(kind))
    return accounts
  }

  async logIn(account: Account): Promise<void> {
    const { email, password } = account
    const answer = (await this.#post('/auth/login', { email, password }, 200)) as Login
    account.token = answer.access_token
    account.sessionId = answer.session_id
    account.refreshToken = answer.refresh_token
  }

  /** Logs in again after the session has ended. Calls at the same time share one login. */
  renew(account: Account): Promise<void> {
    const known = this.#renewals.get(account.id)
    if (known) return known
    const renewal = this.logIn(account).finally(() => this.#renewals.delete(account.id))
    this.#renewals.set(account.id, renewal)
    return renewal
  }

  async #post(path: string, body: object, status: number): Promise<unknown> {
    const answer = await this.#http.exchange({
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
  return markers.password + randomBytes(10).toString('base64url')
}
