import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it arrived. */
export interface ReceivedCall {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What is answered: a JSON text or object with 200, or whatever the function does to the response. */
export type FakeAnswer = object | string | RequestListener

/** A server on loopback that records what comes and answers as it is told, the last answer again and again. */
export interface FakeSts {
  readonly port: number
  readonly endpoint: string
  readonly calls: readonly ReceivedCall[]
}

/** Starts one, until the test is over. */
export async function startFakeSts(...answers: FakeAnswer[]): Promise<FakeSts> {
  const calls: ReceivedCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      calls.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() })
      const answer = answers[Math.min(calls.length, answers.length) - 1]
      if (typeof answer === 'function') return answer(request, response)
      response.setHeader('content-type', 'application/json')
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  })
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, endpoint: `127.0.0.1:${port}`, calls }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** The answer with a key in it. */
export function keyAnswer(expiresAt = 1_557_991_553, id = 'AKIDtemporary0001'): object {
  return {
    Response: {
      Credentials: { TmpSecretId: id, TmpSecretKey: 'temporary-secret-key=', Token: `token-of-${id}` },
      ExpiredTime: expiresAt,
      Expiration: new Date(expiresAt * 1000).toISOString().replace('.000', ''),
      RequestId: 'request-1',
    },
  }
}

/** The answer of a service that refuses. */
export function refusalAnswer(Code: string, Message = 'No.'): object {
  return { Response: { Error: { Code, Message }, RequestId: 'request-2' } }
}
