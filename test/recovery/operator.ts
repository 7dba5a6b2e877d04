// The operator of the rehearsed service: the commands of docs/recovery.md, and what /ready says.

import { callService, findService } from '../../operator/service.ts'
import type { Rearchive } from '../../src/contract/rearchive.ts'
import { call } from '../harness/rest.ts'
import type { Service } from '../harness/service.ts'

export type ReadyParts = { status: string; room: { code?: string }; postgres: { code?: string } }

export class Operator {
  readonly #service: Service

  constructor(service: Service) {
    this.#service = service
  }

  flush(): Promise<unknown> {
    return this.#call('POST', '/admin/flush')
  }

  rearchive(): Promise<Rearchive> {
    return this.#call('POST', '/admin/rearchive') as Promise<Rearchive>
  }

  /** null: no repair is running. */
  async progress(): Promise<Rearchive | null> {
    const report = (await this.#call('GET', '/admin/room')) as { rearchive: Rearchive | null }
    return report.rearchive
  }

  deactivate(userId: string): Promise<unknown> {
    return this.#call('POST', `/admin/users/${userId}/deactivate`)
  }

  /** null: no answer. */
  async ready(): Promise<ReadyParts | null> {
    const answer = await call(this.#service.port, 'GET', '/ready').catch(() => null)
    return answer && typeof answer.body === 'object' ? (answer.body as ReadyParts) : null
  }

  #call(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const { dataDir, port } = this.#service
    const service = findService({ DATA_DIR: dataDir, PORT: String(port) })
    return callService(service, { method, path })
  }
}
