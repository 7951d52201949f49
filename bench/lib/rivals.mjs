// The signers that are compared: each makes the presigned URL of a distinct key, for 300 seconds, its host signed.

import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import OSS from 'ali-oss'
import { AwsClient } from 'aws4fetch'
import COS from 'cos-nodejs-sdk-v5'
import { CosClient } from 'cos-presign'

const id = 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q'
const key = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz'
const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'

const ours = new CosClient({ Region, SecretId: id, SecretKey: key })
const withToken = new CosClient({ Region, SecretId: id, SecretKey: key, Token: 't'.repeat(200) })
const cos = new COS({ SecretId: id, SecretKey: key })
const cosWithToken = new COS({ SecretId: id, SecretKey: key, SecurityToken: 't'.repeat(200) })
const s3 = new S3Client({ region: Region, credentials: { accessKeyId: id, secretAccessKey: key } })
const aws = new AwsClient({ accessKeyId: id, secretAccessKey: key, service: 's3', region: Region })
const oss = new OSS({
  region: 'oss-cn-hangzhou',
  accessKeyId: id,
  accessKeySecret: key,
  bucket: 'examplebucket',
})
const nothing = () => undefined

/** Name, function from key to URL (or a promise of it), what its output must look like, and how often a round calls it. */
export const URL_SIGNERS = [
  [
    'cos-nodejs-sdk-v5 getObjectUrl',
    (Key) => cos.getObjectUrl({ Bucket, Region, Key, Sign: true, Expires: 300 }, nothing),
    /q-signature=[0-9a-f]{40}/,
    3000,
  ],
  [
    'cos-presign getPresignedUrl',
    (Key) => ours.getPresignedUrl({ Method: 'GET', Bucket, Key, Expired: 300 }),
    /q-signature=[0-9a-f]{40}/,
    20_000,
  ],
  [
    'cos-presign getPresignedDownloadUrl',
    (Key) => ours.getPresignedDownloadUrl({ Bucket, Key, Expired: 300 }),
    /q-signature=[0-9a-f]{40}/,
    20_000,
  ],
  [
    '@aws-sdk/s3-request-presigner',
    (Key) => getSignedUrl(s3, new GetObjectCommand({ Bucket: 'examplebucket', Key }), { expiresIn: 300 }),
    /X-Amz-Signature=[0-9a-f]{64}/,
    200,
  ],
  [
    'aws4fetch',
    async (Key) =>
      (
        await aws.sign(`https://examplebucket.s3.amazonaws.com/${Key}?X-Amz-Expires=300`, {
          aws: { signQuery: true },
        })
      ).url,
    /X-Amz-Signature=[0-9a-f]{64}/,
    200,
  ],
  ['ali-oss signatureUrl', (Key) => oss.signatureUrl(Key, { expires: 300 }), /Signature=/, 3000],
]

export const TOKEN_SIGNERS = [
  [
    'cos-nodejs-sdk-v5, temporary key',
    (Key) => cosWithToken.getObjectUrl({ Bucket, Region, Key, Sign: true, Expires: 300 }, nothing),
    /security-token=t/,
    3000,
  ],
  [
    'cos-presign, temporary key (token signed)',
    (Key) => withToken.getPresignedUrl({ Method: 'GET', Bucket, Key }),
    /security-token=t/,
    20_000,
  ],
]

export const AUTH_SIGNERS = [
  [
    'cos-nodejs-sdk-v5 getAuth',
    (Key) => cos.getAuth({ Method: 'GET', Bucket, Region, Key, Expires: 300 }),
    /q-header-list=host/,
    3000,
  ],
  [
    'cos-presign getAuth',
    (Key) => ours.getAuth({ Method: 'GET', Bucket, Key, Expired: 300 }),
    /q-header-list=host/,
    20_000,
  ],
]
