// An older copy of the room's storage is put back. While the room takes over what Postgres has, it is
// killed.

import { setTimeout as delay } from 'node:timers/promises'
import { waitUntilSynced } from '../../faults/round.ts'
import { acceptLoss } from '../accept-loss.ts'
import { copyRoomStorage, putRoomStorageBack } from '../room-storage.ts'
import {
  copyPath,
  killService,
  type Loss,
  letClientsIn,
  putOutAll,
  type Stage,
  talk,
} from '../stage.ts'

const slowMs = 60
const replaceWithinMs = 30_000

export const roomSetBack: Loss = async (stage, people) => {
  const { service, postgres, silence, log } = stage
  const copy = copyPath(stage, 'room')
  await talk(stage)
  await service.end()
  copyRoomStorage(service.dataDir, copy)
  await service.start()
  await waitUntilSynced(stage, 0)
  await putOutAll(stage, people)
  await talk(stage)

  silence.begin()
  const { archive, killedAt } = await killService(stage)
  putRoomStorageBack(service.dataDir, copy)
  const loss = acceptLoss(stage, archive, killedAt)
  log.forget()
  postgres.proxy.slow(slowMs)
  const replaced = untilReplaced(stage)
  await service.start()
  letClientsIn(stage)
  const wrong = await replaced
  const recoveringSince = performance.now()
  const killed = service.killWorkerd()
  await delay(100)
  postgres.proxy.heal()
  await killed
  await waitUntilSynced(stage, 0)
  return { ...loss, wrong, recoveryMs: performance.now() - recoveringSince }
}

/**
 * Resolves between the end of the former epoch and the restore, which then cannot succeed. An alarm may
 * wake the room before anybody calls it.
 */
async function untilReplaced({ log, postgres }: Stage): Promise<string[]> {
  const deadline = performance.now() + replaceWithinMs
  while (!log.has('log_replaced')) {
    if (performance.now() > deadline) return ['The room did not notice that it was set back']
    await delay(5)
  }
  postgres.proxy.refuse()
  return log.has('room_restored') ? ['The kill came after the restore'] : []
}
