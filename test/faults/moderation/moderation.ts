// Moderation of a campaign: who has which role, what moderators do in each round, and what they were told.

import { Random } from '../../harness/random.ts'
import { callAsOperator, operatorOf } from '../../harness/read-moderation.ts'
import { type ArchiveRow, withPurges } from '../../kit/final-state.ts'
import type { StaffNotice } from '../../kit/protocol.ts'
import { openAccount } from '../account.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import type { Account } from '../client-parts.ts'
import type { Harness } from '../harness.ts'
import { ExportCheck } from './check-exports.ts'
import { checkModeration } from './check-moderation.ts'
import { Moderator, moderatorsMax } from './moderator.ts'
import { probeOutsiders } from './probe-outsiders.ts'
import { ModerationRecord } from './record.ts'
import type { Team } from './team.ts'

const outsiders = 2

/** A client was told of something that only moderators are told of. */
export type Told = { client: string; userId: string; notice: StaffNotice }

export class Moderation {
  readonly team: Team
  readonly #moderators: Moderator[]
  readonly told: Told[] = []
  readonly #exports = new ExportCheck()
  /** The newest entry of the audit log that was compared. */
  #comparedTo = ''

  static async begin(harness: Harness): Promise<Moderation> {
    const { authors, service, checker, metrics, seed } = harness
    const accounts = [...new Set(authors.map(({ client }) => client.parts.account))]
    const strangers: Account[] = []
    while (strangers.length < outsiders)
      strangers.push(await openAccount(service.port, `outsider-${strangers.length}`))
    const members = accounts.slice(moderatorsMax + 1)
    const team: Team = {
      ...{ record: new ModerationRecord(), checker, metrics, authors, members },
      ...{ outsiders: strangers, trainee: accounts[moderatorsMax] as Account },
    }
    await appoint(harness, team)
    return new Moderation(team, seed)
  }

  private constructor(team: Team, seed: number) {
    this.team = team
    for (const { client } of team.authors) {
      const { name, account } = client.parts
      client.parts.restrictions = team.record.restrictions
      client.onStaffNotice = (notice) =>
        this.told.push({ client: name, userId: account.id, notice })
    }
    const people = [...team.members, ...team.outsiders]
    this.#moderators = team.authors.slice(0, moderatorsMax).map(({ client: { parts } }, place) => {
      const targets = people.filter((_, index) => index % moderatorsMax === place)
      const random = new Random(seed, place, 7)
      return new Moderator({ parts, random, team, targets }, place)
    })
  }

  begin(): void {
    this.team.record.settle()
    for (const moderator of this.#moderators) moderator.begin()
  }

  async end(): Promise<void> {
    await Promise.all(this.#moderators.map((moderator) => moderator.end()))
  }

  /**
   * Compares all places after a round. @param rows all messages of Postgres
   * @returns one sentence for each difference
   */
  async check(harness: Harness, rows: readonly ArchiveRow[]): Promise<string[]> {
    const { team } = this
    const { purges } = harness.checker
    const { wrong, newestEntry } = await checkModeration(harness, this, {
      ...{ rows, auditFrom: this.#comparedTo },
    })
    this.#comparedTo = newestEntry
    const authored = team.authors.flatMap(({ accepted }) => [...accepted.values()])
    const accepted = withPurges(authored, purges.all)
    return [
      ...wrong,
      ...(await this.#exports.run(team, { purges: purges.all, accepted })),
      ...(await probeOutsiders(harness.service.port, team)),
    ]
  }

  /** The next comparison reads the whole audit log again. */
  forgetComparison(): void {
    this.#comparedTo = ''
  }
}

/** The operator appoints the first author, who appoints the next ones. */
async function appoint({ service }: Harness, { record, authors }: Team): Promise<void> {
  const [owner, ...moderators] = authors.slice(0, moderatorsMax).map(({ client }) => client.parts)
  if (!owner) throw new Error('There are no authors')
  const path = ({ id }: Account) => `/users/${id}/role`
  await callAsOperator(operatorOf(service), 'PUT', path(owner.account), { role: 'owner' })
  record.setRole(owner.account.id, 'owner')
  for (const { account } of moderators) {
    const body = { role: 'moderator' }
    await callUntilAnswered(owner, { method: 'PUT', path: path(account), body })
    record.setRole(account.id, 'moderator')
  }
  for (const id of record.roles.keys()) record.everStaff.add(id)
}
