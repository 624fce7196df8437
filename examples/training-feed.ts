// Trains a linear model on a payload of any size: batches become TensorFlow.js tensors over the same memory.
//
//   node --import tsx examples/training-feed.ts rows.csv target
import * as tf from "@tensorflow/tfjs";
import { type Batch, readBatches } from "transload";

/** A batch as a tensor of shape [columns, rows]: its columns lie one behind the other, and stay where they are. */
export function tensorOf({ block, columns, rowCount }: Batch): tf.Tensor2D {
  if (!block) throw new Error("the columns do not have one dtype");
  const all = tf.tensor2d(block.values as Float32Array, [columns.length, block.stride]);
  // the last batch is shorter, and has room behind each of its columns
  return rowCount === block.stride ? all : tf.slice(all, [0, 0], [columns.length, rowCount]);
}

/** Weights, and the bias behind them, that foretell the target's column from the others; and the last epoch's mean loss. */
export async function train(path: string, target: string, { epochs = 20, rate = 0.1 } = {}): Promise<{ weights: number[]; loss: number }> {
  const names = (await firstBatch(path)).columns.map(({ name }) => name);
  const features = names.filter((name) => name !== target);
  const weights = tf.variable(tf.zeros([features.length, 1]));
  const bias = tf.variable(tf.zeros([1, 1]));
  const optimizer = tf.train.adam(rate);
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let sum = 0;
    let rows = 0;
    // the target last; the other columns are passed over by the reader
    for await (const batch of readBatches(path, { columns: [...features, target], dtype: "float32", batchRows: 4096 })) {
      const cost = tf.tidy(() => {
        const [x, y] = tf.split(tensorOf(batch), [features.length, 1]) as [tf.Tensor2D, tf.Tensor2D];
        const foretold = () => tf.add(tf.matMul(weights as unknown as tf.Tensor2D, x, true), bias);
        return (
          optimizer.minimize(() => tf.losses.meanSquaredError(y, foretold()) as tf.Scalar, true) as tf.Scalar
        ).dataSync()[0] as number;
      });
      sum += cost * batch.rowCount;
      rows += batch.rowCount;
    }
    loss = sum / rows;
  }
  return { weights: [...weights.dataSync(), ...bias.dataSync()], loss };
}

async function firstBatch(path: string): Promise<Batch> {
  for await (const batch of readBatches(path, { batchRows: 1 })) return batch;
  throw new Error(`${path} has no rows`);
}

const [, script, path, target] = process.argv;
if (script === import.meta.filename && path && target) console.log(await train(path, target));
