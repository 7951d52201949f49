import { createEmulator, type Emulator, type EmulatorOptions } from '@cos-presign/emulator'
import { afterAll, beforeAll } from 'vitest'
import type { ServiceOptions } from '../src/index.ts'
import { BUCKET, CREDENTIAL, createFixture, type Fixture } from './fixture.ts'

/** A COS on loopback and a service before it, for the tests of a file. */
export interface CosFixture {
  readonly emulator: Emulator
  readonly fixture: Fixture
  /** `host:port` of the COS. */
  readonly domain: string
  /** Asks the service, and reads its JSON. */
  ask<T>(path: string, json?: unknown, init?: RequestInit): Promise<{ status: number; body: T }>
}

/** Options of the service; with `sts: 'late'` the emulator's STS, once it listens. */
export type CosOptions = Omit<Partial<ServiceOptions>, 'sts'> & {
  readonly sts?: 'late'
  readonly onRequest?: EmulatorOptions['onRequest']
}

/** Sets one up before the tests and takes it down after them. */
export function useCos({ sts, onRequest, ...options }: CosOptions): CosFixture {
  let emulator: Emulator
  let fixture: Fixture
  let domain: string
  beforeAll(async () => {
    emulator = createEmulator({
      credentials: [CREDENTIAL],
      buckets: [BUCKET],
      defaultBucket: BUCKET,
      onRequest,
    })
    domain = `127.0.0.1:${(await emulator.listen({ port: 0 })).port}`
    const keys = sts !== undefined && { region: 'ap-guangzhou', endpoint: domain, scheme: 'http' as const }
    fixture = await createFixture({ domain, region: undefined, scheme: 'http', sts: keys, ...options })
  })
  afterAll(() => emulator.close())
  return {
    get emulator() {
      return emulator
    },
    get fixture() {
      return fixture
    },
    get domain() {
      return domain
    },
    async ask<T>(path: string, json?: unknown, init: RequestInit = {}) {
      const response = await fixture.ask(path, { ...init, json })
      return { status: response.status, body: (await response.json()) as T }
    },
  }
}
