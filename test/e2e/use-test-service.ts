// A service that the tests of one file have for themselves.

import { afterAll, beforeAll } from 'vitest'
import type { Service } from '../harness/service.ts'
import { startTestService, type TestService } from './test-service.ts'

/** @returns a function that gives the service once it runs */
export function useTestService(): () => Service {
  let started: TestService
  beforeAll(async () => {
    started = await startTestService()
  })
  afterAll(() => started.close())
  return () => started.service
}
