/**
 * Notes of a training in Chinese. Runs keep them as the English lines that the terminal showed, so that any program reads them;
 * the English line is what its Chinese is found by. A line that is not known here stays as it is.
 */
import { type LinesInChinese, translated } from './translated.js';

const advice = '请降低学习率、裁剪梯度，或检查数据中的 NaN';

const splits: Readonly<Record<string, string>> = { val: '验证', test: '测试' };

const known: LinesInChinese = [
  [
    /^no better than always answering '(.*)', which is right for (.*) of the images$/s,
    '并不比总是回答“$1”更好，那样有 $2 的图片判断正确',
  ],
  [/^never recognised: (.*)$/s, (_, classes = '') => `从未识别出：${missedClasses(classes)}`],

  [
    /^optimizer\.step\(\) while the model is in evaluation mode: .*$/,
    '模型处于评估模式时调用了 optimizer.step()：随机失活不起作用，批归一化不更新统计量；评估之后模型停留在该模式，请在每轮开始时调用 model.train()',
  ],
  [
    /^(\d+) frozen batch norm layers? \(the first is (.*)\) still moves? running statistics .*$/s,
    '$1 个已冻结的批归一化层（第一个是 $2）在训练模式下仍在更新统计量：冻结的主干会在分类头之下改变特征；请用 nn.freeze(model) 冻结，统计量便保持不变',
  ],
  [
    /^lr (\S+) is far (above|below) what (\S+) is usually given \((\S+) to (\S+)\): .*$/,
    (_, lr, where, name, low, high) =>
      `学习率 ${lr} 远${where === 'above' ? '高' : '低'}于 ${name} 的常用范围（${low} 到 ${high}）：${where === 'above' ? '训练可能不收敛' : '训练可能几乎没有进展'}`,
  ],
  [
    /^(\d+) parameters? of the network \((.*)\) (?:is|are) not the optimizer's and will not learn: .*$/s,
    '网络有 $1 个参数（$2）不在优化器中，不会学习：请在放好最后一层之后再创建优化器，或调用 addParamGroup；不需要学习的请用 nn.freeze 冻结',
  ],
  [
    /^pictures that are measured are changed at random \((.*?)\): .*$/s,
    '用于评估的图片被随机改变（$1）：每次得分都不同，且不是原图的得分；请给测试和验证数据不含随机性的变换',
  ],
  [
    /^(\d+) of the samples that are measured are trained on: .*$/,
    '用于评估的样本中有 $1 个参与了训练：得分不能说明对新图片的效果；请让测试和验证数据各自独立',
  ],
  [
    /^validation and test data share (\d+) samples: .*$/,
    '验证数据与测试数据有 $1 个相同的样本：最佳权重是由测试它的数据选出的；请把二者分开，如 data.randomSplit 所做',
  ],
  [
    /^training data come class after class and are not shuffled: .*$/,
    '训练数据按类别依次排列且没有打乱：网络学会一个类别，就忘记前一个；请给 DataLoader 传入 shuffle: true',
  ],
  [
    /^the network gives the same scores for all (\d+) pictures that were measured: .*$/,
    '网络对全部 $1 张评估图片给出相同的分数：图片的信息没有传到输出；请检查失活的层、完全相同的输入，或过高的学习率',
  ],
  [
    /^(\d+) ReLU layers? \(the first is (.*?)\) gives? 0 for nine tenths .*$/s,
    '$1 个 ReLU 层（第一个是 $2）有九成单元对任何图片都输出 0：梯度无法通过，它们会一直如此；请降低学习率，或检查初始值和输入的尺度',
  ],
  [
    /^the schedule has not changed the learning rate in (\d+) epochs: .*$/,
    '学习率调度在 $1 轮内没有改变学习率：它是为更多轮次设计的，或者从未被调用',
  ],

  [
    /^the loss jumped to (\S+) at epoch (\d+), batch (\d+) \(mean before: (\S+)\)(;.*)?$/,
    (_, loss, epoch, batch, mean, last) =>
      `损失在第 ${epoch} 轮第 ${batch} 批跳到 ${loss}（此前平均 ${mean}）${last === undefined ? '' : '；之后的跳跃不再提示'}`,
  ],
  [
    /^the (?:(val|test) )?loss is (\S+) at epoch (\d+), batch (\d+) of (\d+) \(lr (\S+)\)(?:: (.*))?; lower the learning rate.*$/s,
    (_, split = '', loss, epoch, batch, batches, lr, cause) =>
      `第 ${epoch} 轮第 ${batch} 批（共 ${batches} 批）的${splits[split] ?? ''}损失为 ${loss}（学习率 ${lr}）${causeIn(cause)}；${advice}`,
  ],
  [
    /^(\S+) holds NaN or ∞ after epoch (\d+)(?:: (.*))?; lower the learning rate.*$/s,
    (_, key, epoch, cause) => `第 ${epoch} 轮之后 ${key} 中有 NaN 或 ∞${causeIn(cause)}；${advice}`,
  ],
  [
    /^goes on (with the evaluation of|in) epoch (\d+) of (\d+), after (\d+) steps(?: with the learning rate halved to (\S+) \((\d+) of (\d+) times\))?$/,
    (_, where, epoch, epochs, steps, lr, time, times) =>
      `从第 ${epoch} 轮（共 ${epochs} 轮）${where === 'in' ? '' : '的评估'}继续，已训练 ${steps} 步` +
      (lr === undefined ? '' : `，学习率减半为 ${lr}（第 ${time} 次，最多 ${times} 次）`),
  ],
  [/^all (\d+) epochs are trained already; .*$/, '全部 $1 轮已训练完毕；提高轮数之后才会继续'],
  [
    /^goes on without (.*), which the checkpoint has the state of$/s,
    '继续训练时没有 $1，而检查点中有它的状态',
  ],
  [
    /^the last batch has 1 sample, too few for batch norm: .*$/,
    '最后一批只有 1 个样本，不够批归一化使用：每轮都略去它',
  ],
  [/^stopped by hand after step (\d+)$/, '在第 $1 步之后由人工停止'],
  [
    /^the learning rate was changed by hand from (\S+) to (\S+) after step (\d+)$/,
    '在第 $3 步之后人工将学习率从 $1 改为 $2',
  ],
  [/^can no longer be steered: (.*)$/s, '无法再人工控制（系统报告：“$1”）'],
  [/^all of the network is frozen from epoch (\d+) on$/, '从第 $1 轮起冻结整个网络'],
  [/^all of the network is trained from epoch (\d+) on$/, '从第 $1 轮起训练整个网络'],
  [/^(.*) is frozen from epoch (\d+) on$/s, '从第 $2 轮起冻结 $1'],
  [/^(.*) is trained from epoch (\d+) on$/s, '从第 $2 轮起训练 $1'],
  [
    /^phase 1 of 2: the head alone has learned for (\d+) epochs?(?:: accuracy (\S+))?; .*$/,
    (_, epochs, accuracy) =>
      `第一阶段（共两个）：分类头单独学习了 ${epochs} 轮${accuracy === undefined ? '' : `，准确率 ${accuracy}`}；现在整个网络一起学习`,
  ],
  [
    /^the features of each picture are computed once, and the head learns from them(?:(: )(\d+) views of each training picture, (\d+) of them augmented|(, without augmentation .*))?$/,
    (_, several, views, augmented, plain) =>
      '每张图片的特征只计算一次，分类头由此学习' +
      (several === undefined
        ? ''
        : `：每张训练图片 ${views} 个视图，其中 ${augmented} 个经过增强`) +
      (plain === undefined ? '' : '，没有增强（views: N 会加入 N − 1 个增强视图）'),
  ],

  [
    /^a small network judges, and that far worse than trained weights would: .*$/,
    '由一个小网络判断，远不如预训练权重：--pretrained 会下载权重，或使用文件中的权重',
  ],
  [/^too few pictures to be judged, fewer than (\d+): (.*)$/s, '图片不足 $1 张，无法判断：$2'],
  [/^(.*) has no pictures of ('.*)$/s, '$1 中没有这些类别的图片：$2'],
  [
    /^(.*): (\d+) files? passed over, of formats that are not read: (.*?)(; convert HEIC to JPEG)?$/s,
    (_, root, files, endings = '', heic) =>
      `${root}：略过 ${files} 个文件，其格式无法读取：${endings.replaceAll('without ending', '无扩展名')}${heic === undefined ? '' : '；请将 HEIC 转换为 JPEG'}`,
  ],
  [
    /^(.*): (\d+) pictures? passed over, beside the class folders instead of in one$/s,
    '$1：略过 $2 张图片，它们在类别文件夹之外',
  ],
  [
    /^(.*): (\d+) links? passed over, to folders that are read already$/s,
    '$1：略过 $2 个链接，它们指向已读取的文件夹',
  ],
  [
    /^(.*): (\d+) entr(?:y|ies) passed over, neither file nor folder, or a link to nothing$/s,
    '$1：略过 $2 项，既非文件也非文件夹，或是指向空处的链接',
  ],
];

/** Where the numbers left the finite first. */
const causes: LinesInChinese = [
  [/^picture (\d+) of the batch holds (.*)$/, '该批的第 $1 张图片含有 $2'],
  [/^the step before it made NaN or ∞ of (.*)$/s, '前一步使 $1 变成 NaN 或 ∞'],
  [/^first in the output of the network \((.*)\)$/s, '最先出现在网络（$1）的输出中'],
  [/^first in the output of layer (.*) \((.*)\)$/s, '最先出现在 $1 层（$2）的输出中'],
  [
    /^float16 holds numbers up to 65504, and there are larger ones in the output of the network \((.*)\)$/s,
    'float16 最大只能表示 65504，而网络（$1）的输出中有更大的数',
  ],
  [
    /^float16 holds numbers up to 65504, and there are larger ones in the output of layer (.*) \((.*)\)$/s,
    'float16 最大只能表示 65504，而 $1 层（$2）的输出中有更大的数',
  ],
  [/^all layers are finite, the loss of their output is not$/, '各层的输出都是有限的，损失却不是'],
];

/** A note in Chinese, with the lint by whose name it is silenced. */
export function chineseNote(text: string): string {
  const [ending, rule] = / \(lint '([\w-]+)': .*\)$/.exec(text) ?? [];
  const bare = ending === undefined ? text : text.slice(0, -ending.length);
  const note = translated(bare, known);
  if (note === null) return text;
  return rule === undefined ? note : `${note}（检查项 '${rule}'：可用 { off } 或 --no-lints 关闭）`;
}

function causeIn(cause: string | undefined): string {
  return cause === undefined ? '' : `：${translated(cause, causes) ?? cause}`;
}

/** `'cat' (0 of 5), 'dog' (0 of 3) and 2 more`. */
function missedClasses(classes: string): string {
  return classes
    .replace(/ \(0 of (\d+)\)(?:, )?/g, '（$1 张）、')
    .replace(/、 and (\d+) more$/, '，以及另外 $1 个类别')
    .replace(/、$/, '');
}
