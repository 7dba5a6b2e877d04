// Keeps presence up to date and broadcasts joins and leaves: a user joins with the first
// connection, and leaves when the grace period after the end of the last one is over.

import type { Member } from '../../contract/entities.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import { isOpen } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { MirrorWriter } from './mirror-writer.ts'
import type { Presence } from './presence.ts'

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  closer: ConnectionCloser
  presence: Presence
  sequencer: Sequencer
  mirrorWriter: MirrorWriter
  outbox: Outbox
}

export class JoinLeave {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Must be called when a connection of the user opens. */
  join(member: Member): void {
    const { clock, presence, sequencer, mirrorWriter } = this.#uses
    if (!presence.join(member)) return
    const { id, username } = member
    sequencer.announce({ event: 'user_joined', data: { user_id: id, username } }, id)
    mirrorWriter.schedule(clock.now())
  }

  /** Closes all connections of a user, who leaves at once. */
  disconnectUser(userId: string): void {
    const { clock, connections, closer, presence } = this.#uses
    for (const connection of [...connections.ofUser(userId)]) closer.close(connection, 4403)
    const member = presence.remove(userId, clock.now())
    if (member) this.#announceLeft(member)
  }

  /** Removes the users whose grace period is over. */
  removeExpired(now: number): void {
    for (const member of this.#uses.presence.removeExpired(now)) this.#announceLeft(member)
  }

  /** Compares presence with the sockets that exist, because closes are not always reported. */
  reconcile(now: number): void {
    const { connections, closer, presence } = this.#uses
    for (const connection of [...connections.all()])
      if (!isOpen(connection.socket)) closer.ended(connection)
    connections.removeEnded()
    for (const { member } of connections.all()) this.join(member)
    presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
  }

  #announceLeft({ id, username }: Member): void {
    const { clock, sequencer, mirrorWriter, outbox } = this.#uses
    sequencer.announce({ event: 'user_left', data: { user_id: id, username } }, id)
    mirrorWriter.schedule(clock.now())
    outbox.schedule(clock.now())
  }
}
