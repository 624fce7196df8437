// What a model says of itself, made of its MLmodel: Open Inference Protocol's metadata, and Azure ML's swagger.json.
import { DATATYPE_NAMES, datatypeHolding } from "../columns/datatype.js";
import type { DType } from "../columns/dtype.js";
import type { Model } from "../model/mlmodel.js";
import type { ColumnType, Schema } from "../model/signature.js";

/** MLflow's types of cells as the protocol's datatypes (mlserver-mlflow 1.7.1, metadata.py); what has no such type is text. */
const DATATYPES: Readonly<Record<string, string>> = { boolean: "BOOL", integer: "INT32", long: "INT64", float: "FP32", double: "FP64" };
/** JSON Schema's, as Swagger has them. */
const TYPES: Readonly<Record<string, object>> = {
  boolean: { type: "boolean" },
  integer: { type: "integer", format: "int32" },
  long: { type: "integer", format: "int64" },
  float: { type: "number", format: "float" },
  double: { type: "number", format: "double" },
};

/** Open Inference Protocol's metadata of a model (inference_rest.md, $metadata_model_response). Names that there are not are those of mlserver-mlflow. */
export function metadataOf(name: string, { signature }: Model): object {
  return {
    name,
    versions: [],
    platform: "mlflow",
    inputs: signature?.inputs ? tensorsOf(signature.inputs, "input-") : [],
    outputs: signature?.outputs ? tensorsOf(signature.outputs, "output-") : [],
  };
}

function tensorsOf(schema: Schema, prefix: string): object[] {
  if (schema.kind === "columns")
    return schema.columns.map(({ name, type }, i) => ({ name: name ?? `${prefix}${i}`, datatype: datatypeOf(type), shape: [-1, 1] }));
  const tensors = schema.kind === "tensor" ? [schema.tensor] : schema.tensors;
  return tensors.map(({ name, dtype, shape }, i) => ({ name: name ?? `${prefix}${i}`, datatype: ofNumpy(dtype), shape }));
}

function datatypeOf(type: ColumnType): string {
  return (typeof type === "string" ? DATATYPES[type] : undefined) ?? "BYTES";
}

function ofNumpy(dtype: string): string {
  const half = dtype === "float16" ? DATATYPE_NAMES.find((name) => name === "FP16") : undefined;
  return half ?? datatypeHolding(dtype as DType) ?? "BYTES";
}

/** Swagger 2 of Azure ML's one route, as its server makes it of a script's samples (azureml-inference-server-http 1.5.1, server/swagger.py). */
export function swaggerOf(name: string, version: string, model: Model | undefined): object {
  const inputs = model?.signature?.inputs;
  return {
    swagger: "2.0",
    info: { title: name, version, description: `API specification for ${name}` },
    schemes: ["http", "https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    paths: {
      "/score": {
        post: {
          operationId: "RunMLService",
          parameters: [{ name: "serviceInputPayload", in: "body", schema: { $ref: "#/definitions/ServiceInput" } }],
          responses: { 200: { description: "The predictions", schema: {} }, default: { description: "An error" } },
        },
      },
    },
    definitions: {
      ServiceInput: { type: "object", properties: { input_data: inputs ? schemaOf(inputs) : {}, params: { type: "object" } } },
    },
  };
}

function schemaOf(inputs: Schema): object {
  if (inputs.kind === "tensor") return { type: "array", items: {} };
  if (inputs.kind === "tensors")
    return { type: "object", properties: Object.fromEntries(inputs.tensors.map(({ name }) => [name, { type: "array", items: {} }])) };
  const names = inputs.columns.map(({ name }) => name).filter((name) => name !== undefined);
  const columns = { type: "array", items: { type: "string", ...(names.length > 0 && { enum: names }) } };
  const cells = inputs.columns.map(({ type }) => (typeof type === "string" ? TYPES[type] : undefined) ?? {});
  return {
    type: "object",
    required: ["columns", "index", "data"],
    properties: {
      columns,
      index: { type: "array", items: { type: "integer" } },
      data: { type: "array", items: { type: "array", items: {} } },
    },
    example: { columns: names, index: [0], data: [cells.map(() => null)] },
  };
}
