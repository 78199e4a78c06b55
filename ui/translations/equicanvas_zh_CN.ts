<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>equi::ui::AboutDialog</name>
        <message>
            <source>tensors, on the CPU and on GPUs</source>
            <translation>张量运算，支持 CPU 与 GPU</translation>
        </message>
        <message>
            <source>the window</source>
            <translation>界面</translation>
        </message>
        <message>
            <source>pictures in and out</source>
            <translation>图片读写</translation>
        </message>
        <message>
            <source>project files</source>
            <translation>工程文件</translation>
        </message>
        <message>
            <source>text, manifests, hashes</source>
            <translation>文本、清单、哈希</translation>
        </message>
        <message>
            <source>large exports</source>
            <translation>大图导出</translation>
        </message>
        <message>
            <source>About EquiCanvas</source>
            <translation>关于 EquiCanvas</translation>
        </message>
        <message>
            <source>Pictures that have no left or right end.</source>
            <translation>没有左右尽头的图画。</translation>
        </message>
        <message>
            <source>Version %1</source>
            <translation>版本 %1</translation>
        </message>
        <message>
            <source>Model %1 on %2, %3</source>
            <translation>模型 %1，设备 %2，%3</translation>
        </message>
        <message>
            <source>No model is loaded</source>
            <translation>没有载入模型</translation>
        </message>
        <message>
            <source>It implements “Equivariant Image Modeling” (arXiv 2503.18948) in C++: an image is a row of tokens, one for each column of 16 pixels, and a panorama grows column by column.</source>
            <translation>它用 C++ 实现了“Equivariant Image Modeling”（arXiv 2503.18948）：一幅图是一行词元，每 16 像素宽的一列对应一个，全景图逐列生长。</translation>
        </message>
        <message>
            <source>MIT licence. Built on:</source>
            <translation>MIT 许可证。建立在以下软件之上：</translation>
        </message>
        <message>
            <source>Versions and licences</source>
            <translation>版本与许可证</translation>
        </message>
        <message>
            <source>Copy versions</source>
            <translation>复制版本信息</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::Actions</name>
        <message>
            <source>&amp;New panorama</source>
            <translation>新建全景图(&amp;N)</translation>
        </message>
        <message>
            <source>Start with an empty canvas</source>
            <translation>从空白画布开始</translation>
        </message>
        <message>
            <source>&amp;Open project…</source>
            <translation>打开工程(&amp;O)…</translation>
        </message>
        <message>
            <source>Open a project</source>
            <translation>打开工程</translation>
        </message>
        <message>
            <source>Open &amp;photo…</source>
            <translation>打开照片(&amp;P)…</translation>
        </message>
        <message>
            <source>Open a photo and extend it in both directions</source>
            <translation>打开照片并向两侧延伸</translation>
        </message>
        <message>
            <source>&amp;Save</source>
            <translation>保存(&amp;S)</translation>
        </message>
        <message>
            <source>Save the project</source>
            <translation>保存工程</translation>
        </message>
        <message>
            <source>Save &amp;as…</source>
            <translation>另存为(&amp;A)…</translation>
        </message>
        <message>
            <source>&amp;Close window</source>
            <translation>关闭窗口(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <source>&amp;Undo</source>
            <translation>撤销(&amp;U)</translation>
        </message>
        <message>
            <source>&amp;Redo</source>
            <translation>重做(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Paste photo</source>
            <translation>粘贴照片(&amp;P)</translation>
        </message>
        <message>
            <source>Make the picture on the clipboard the canvas</source>
            <translation>把剪贴板中的图片作为画布</translation>
        </message>
        <message>
            <source>Copy s&amp;eed</source>
            <translation>复制种子(&amp;E)</translation>
        </message>
        <message>
            <source>Select &amp;all columns</source>
            <translation>选择全部列(&amp;A)</translation>
        </message>
        <message>
            <source>Pre&amp;ferences…</source>
            <translation>首选项(&amp;F)…</translation>
        </message>
        <message>
            <source>Zoom &amp;in</source>
            <translation>放大(&amp;I)</translation>
        </message>
        <message>
            <source>Zoom &amp;out</source>
            <translation>缩小(&amp;O)</translation>
        </message>
        <message>
            <source>&amp;Fit</source>
            <translation>适合窗口(&amp;F)</translation>
        </message>
        <message>
            <source>Fit the height; again: the whole panorama</source>
            <translation>适合高度；再按一次显示整幅全景图</translation>
        </message>
        <message>
            <source>&amp;Actual size</source>
            <translation>实际大小(&amp;A)</translation>
        </message>
        <message>
            <source>One pixel of the picture on one pixel of the screen</source>
            <translation>图片的一个像素对应屏幕的一个像素</translation>
        </message>
        <message>
            <source>Go to the &amp;left end</source>
            <translation>到左端(&amp;L)</translation>
        </message>
        <message>
            <source>Go to the &amp;right end</source>
            <translation>到右端(&amp;R)</translation>
        </message>
        <message>
            <source>Follow &amp;growth</source>
            <translation>跟随生长(&amp;G)</translation>
        </message>
        <message>
            <source>Keep the growing end in sight</source>
            <translation>让正在生长的一端保持可见</translation>
        </message>
        <message>
            <source>Pixel and &amp;column grid</source>
            <translation>像素与列网格(&amp;C)</translation>
        </message>
        <message>
            <source>Outline columns and pixels when very close</source>
            <translation>放得很大时画出列与像素的边界</translation>
        </message>
        <message>
            <source>F&amp;ull screen</source>
            <translation>全屏(&amp;U)</translation>
        </message>
        <message>
            <source>Extend &amp;left</source>
            <translation>向左延伸(&amp;L)</translation>
        </message>
        <message>
            <source>Add columns on the left</source>
            <translation>在左侧添加列</translation>
        </message>
        <message>
            <source>Extend &amp;right</source>
            <translation>向右延伸(&amp;R)</translation>
        </message>
        <message>
            <source>Add columns on the right</source>
            <translation>在右侧添加列</translation>
        </message>
        <message>
            <source>&amp;Keep going left</source>
            <translation>持续向左(&amp;K)</translation>
        </message>
        <message>
            <source>Add columns on the left until stopped</source>
            <translation>在左侧不断添加列，直到停止</translation>
        </message>
        <message>
            <source>K&amp;eep going right</source>
            <translation>持续向右(&amp;E)</translation>
        </message>
        <message>
            <source>Add columns on the right until stopped</source>
            <translation>在右侧不断添加列，直到停止</translation>
        </message>
        <message>
            <source>&amp;Stop</source>
            <translation>停止(&amp;S)</translation>
        </message>
        <message>
            <source>Stop, and keep what is there</source>
            <translation>停止，并保留已有内容</translation>
        </message>
        <message>
            <source>&amp;Auto-extend at the ends</source>
            <translation>两端自动延伸(&amp;A)</translation>
        </message>
        <message>
            <source>Scrolling near an end adds more columns</source>
            <translation>滚动到一端附近时自动添加列</translation>
        </message>
        <message>
            <source>Re&amp;roll</source>
            <translation>换一幅(&amp;R)</translation>
        </message>
        <message>
            <source>Stop and start again with the next seed</source>
            <translation>停止，并用下一个种子重新开始</translation>
        </message>
        <message>
            <source>Re&amp;generate from here</source>
            <translation>从此处重新生成(&amp;G)</translation>
        </message>
        <message>
            <source>Make everything outwards of the selected column again, with other noise</source>
            <translation>用另一份噪声重新生成所选列及其外侧的内容</translation>
        </message>
        <message>
            <source>&amp;Variations…</source>
            <translation>多个候选(&amp;V)…</translation>
        </message>
        <message>
            <source>Several continuations side by side, to keep one</source>
            <translation>并排显示多个延续，保留其中一个</translation>
        </message>
        <message>
            <source>Change s&amp;cene from here…</source>
            <translation>从此处更换场景(&amp;C)…</translation>
        </message>
        <message>
            <source>Another scene from the selected column on</source>
            <translation>从所选列起换成另一个场景</translation>
        </message>
        <message>
            <source>Cut &amp;off from here</source>
            <translation>从此处截断(&amp;O)</translation>
        </message>
        <message>
            <source>Remove the selected column and everything outwards of it</source>
            <translation>删除所选列及其外侧的内容</translation>
        </message>
        <message>
            <source>&amp;Models…</source>
            <translation>模型(&amp;M)…</translation>
        </message>
        <message>
            <source>Installed models, import, device</source>
            <translation>已安装的模型、导入、设备</translation>
        </message>
        <message>
            <source>&amp;Keyboard shortcuts</source>
            <translation>键盘快捷键(&amp;K)</translation>
        </message>
        <message>
            <source>&amp;Log</source>
            <translation>日志(&amp;L)</translation>
        </message>
        <message>
            <source>What the program has done</source>
            <translation>程序做过的事情</translation>
        </message>
        <message>
            <source>&amp;About EquiCanvas</source>
            <translation>关于 EquiCanvas(&amp;A)</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>编辑(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Panorama</source>
            <translation>全景图(&amp;P)</translation>
        </message>
        <message>
            <source>&amp;Tools</source>
            <translation>工具(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>Pan</source>
            <translation>平移</translation>
        </message>
        <message>
            <source>Page Up, Page Down</source>
            <translation>Page Up、Page Down</translation>
        </message>
        <message>
            <source>Pan by a screen</source>
            <translation>平移一屏</translation>
        </message>
        <message>
            <source>Wheel, pinch</source>
            <translation>滚轮、双指缩放</translation>
        </message>
        <message>
            <source>Zoom at the cursor</source>
            <translation>以光标为中心缩放</translation>
        </message>
        <message>
            <source>Drag, Space+drag</source>
            <translation>拖动、空格+拖动</translation>
        </message>
        <message>
            <source>Double-click</source>
            <translation>双击</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>适合窗口</translation>
        </message>
        <message>
            <source>Click, Shift+click</source>
            <translation>单击、Shift+单击</translation>
        </message>
        <message>
            <source>Select a column, a span</source>
            <translation>选择一列、一段</translation>
        </message>
        <message>
            <source>Select the next column</source>
            <translation>选择相邻的列</translation>
        </message>
        <message>
            <source>Widen the selection</source>
            <translation>扩大选择</translation>
        </message>
        <message>
            <source>Escape</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Select nothing</source>
            <translation>取消选择</translation>
        </message>
        <message>
            <source>&amp;Inspector</source>
            <translation>检查器(&amp;I)</translation>
        </message>
        <message>
            <source>What the token of the selected column means</source>
            <translation>所选列的词元意味着什么</translation>
        </message>
        <message>
            <source>&amp;Equivariance check…</source>
            <translation>等变性检查(&amp;E)…</translation>
        </message>
        <message>
            <source>How well the model commutes with moving a picture sideways</source>
            <translation>模型与图片横向移动的可交换程度</translation>
        </message>
        <message>
            <source>&amp;Export…</source>
            <translation>导出(&amp;E)…</translation>
        </message>
        <message>
            <source>Write the panorama, or a part of it, as a picture, tiles or a video</source>
            <translation>把全景图或其中一段写成图片、瓦片或视频</translation>
        </message>
        <message>
            <source>&amp;Batch…</source>
            <translation>批量生成(&amp;B)…</translation>
        </message>
        <message>
            <source>Make many panoramas, one after the other</source>
            <translation>一幅接一幅地生成许多全景图</translation>
        </message>
        <message>
            <source>Se&amp;ttings from a picture…</source>
            <translation>从图片恢复设置(&amp;T)…</translation>
        </message>
        <message>
            <source>Make a panorama with the settings inside an exported picture</source>
            <translation>用导出图片中的设置生成全景图</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::AppController</name>
        <message>
            <source>Model %1 on %2, %3</source>
            <translation>模型 %1，设备 %2，%3</translation>
        </message>
        <message>
            <source>%1 cannot be written: settings are forgotten at the end</source>
            <translation>无法写入 %1：设置在退出后不会保留</translation>
        </message>
        <message>
            <source>The settings folder cannot be written; settings are forgotten when the program ends.</source>
            <translation>无法写入设置文件夹；设置在程序退出后不会保留。</translation>
        </message>
        <message>
            <source>Reading %1</source>
            <translation>正在读取 %1</translation>
        </message>
        <message>
            <source>The photo continues as %1.</source>
            <translation>照片将以“%1”延续。</translation>
        </message>
        <message>
            <source>Click another scene to change that.</source>
            <translation>单击其他场景即可更换。</translation>
        </message>
        <message>
            <source>%1 breaks off: a part of the photo may be missing</source>
            <translation>%1 不完整：照片的一部分可能缺失</translation>
        </message>
        <message>
            <source>The chosen device or precision cannot be used</source>
            <translation>无法使用所选的设备或精度</translation>
        </message>
        <message>
            <source>The automatic choice is taken instead.</source>
            <translation>改用自动选择。</translation>
        </message>
        <message>
            <source>Wait until the model is loaded.</source>
            <translation>请等待模型加载完成。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::BatchDialog</name>
        <message>
            <source>less than a minute left</source>
            <translation>剩余不到一分钟</translation>
        </message>
        <message>
            <source>about %L1 min left</source>
            <translation>约剩 %L1 分钟</translation>
        </message>
        <message>
            <source>about %L1 h left</source>
            <translation>约剩 %L1 小时</translation>
        </message>
        <message>
            <source>Batch</source>
            <translation>批量生成</translation>
        </message>
        <message>
            <source>Make many panoramas</source>
            <translation>生成许多全景图</translation>
        </message>
        <message>
            <source>Every scene with every seed, in every width. The queue goes on when this is closed.</source>
            <translation>每个场景配每个种子、每种宽度。关闭此窗口后队列继续。</translation>
        </message>
        <message>
            <source>Open &amp;batch…</source>
            <translation>打开批次(&amp;B)…</translation>
        </message>
        <message>
            <source>&amp;New batch…</source>
            <translation>新建批次(&amp;N)…</translation>
        </message>
        <message>
            <source>Open &amp;folder</source>
            <translation>打开文件夹(&amp;F)</translation>
        </message>
        <message>
            <source>Sta&amp;rt</source>
            <translation>开始(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Pause</source>
            <translation>暂停(&amp;P)</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Retry</source>
            <translation>重试</translation>
        </message>
        <message>
            <source>The selected pictures wait again; without a selection all that failed</source>
            <translation>让选中的图片重新排队；未选中时为所有失败的图片</translation>
        </message>
        <message>
            <source>To the top</source>
            <translation>移到最前</translation>
        </message>
        <message>
            <source>Up</source>
            <translation>上移</translation>
        </message>
        <message>
            <source>Down</source>
            <translation>下移</translation>
        </message>
        <message>
            <source>Queue</source>
            <translation>队列</translation>
        </message>
        <message>
            <source>Progress of the batch</source>
            <translation>批次进度</translation>
        </message>
        <message>
            <source>Folder of a batch</source>
            <translation>批次所在文件夹</translation>
        </message>
        <message>
            <source>Pausing…</source>
            <translation>正在暂停…</translation>
        </message>
        <message>
            <source>&amp;Resume</source>
            <translation>继续(&amp;R)</translation>
        </message>
        <message>
            <source>A contact sheet and the manifest, from which each picture can be made again, are in the folder.</source>
            <translation>文件夹中有一张缩略图总览和一份清单，可据此重新生成每幅图片。</translation>
        </message>
        <message>
            <source>%L1 of %L2 pictures</source>
            <translation>%L1 / %L2 幅</translation>
        </message>
        <message>
            <source>%L1 failed</source>
            <translation>%L1 幅失败</translation>
        </message>
        <message>
            <source>%L1 cancelled</source>
            <translation>%L1 幅已取消</translation>
        </message>
        <message>
            <source>%L1 columns/s</source>
            <translation>%L1 列/秒</translation>
        </message>
        <message>
            <source>finished</source>
            <translation>已完成</translation>
        </message>
        <message>
            <source>The disk may become full</source>
            <translation>磁盘可能会写满</translation>
        </message>
        <message>
            <source>When it is full, the batch pauses and can go on later.</source>
            <translation>一旦写满，批次会暂停，以后可以继续。</translation>
        </message>
        <message>
            <source>Start all the same</source>
            <translation>仍然开始</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::BatchHost</name>
        <message>
            <source>Paused. What is half made goes on when you resume.</source>
            <translation>已暂停。继续后，做到一半的图片会接着做。</translation>
        </message>
        <message>
            <source>The program ended while pictures were being made. Resume when you are ready.</source>
            <translation>程序在生成图片时意外结束。准备好后请点“继续”。</translation>
        </message>
        <message>
            <source>Paused: %1</source>
            <translation>已暂停：%1</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::CanvasView</name>
        <message>
            <source>Canvas</source>
            <translation>画布</translation>
        </message>
        <message>
            <source>The panorama. Arrow keys pan, plus and minus zoom, Home and End go to its ends.</source>
            <translation>全景图。方向键平移，加减号缩放，Home 与 End 到两端。</translation>
        </message>
        <message>
            <source>New scene from here</source>
            <translation>从此处换成新场景</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ClassNamesDialog</name>
        <message>
            <source>Class names</source>
            <translation>类别名称</translation>
        </message>
        <message>
            <source>One name a line, in the order of the classes.</source>
            <translation>每行一个名称，按类别的顺序。</translation>
        </message>
        <message>
            <source>Read a file…</source>
            <translation>读取文件…</translation>
        </message>
        <message>
            <source>Text (*.txt);;All files (*)</source>
            <translation>文本 (*.txt);;所有文件 (*)</translation>
        </message>
        <message>
            <source>%1 of %2 names</source>
            <translation>%1 / %2 个名称</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::DirectionsPage</name>
        <message>
            <source>Learn</source>
            <translation>学习</translation>
        </message>
        <message>
            <source>Reset</source>
            <translation>重置</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>this canvas</source>
            <translation>此画布</translation>
        </message>
        <message>
            <source>the model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Whose tokens the directions are of</source>
            <translation>方向取自哪里的词元</translation>
        </message>
        <message>
            <source>Generate %1 columns of each scene and keep the statistics of their tokens with the model</source>
            <translation>每个场景生成 %1 列，并把其词元的统计量与模型一起保存</translation>
        </message>
        <message>
            <source>Tokens o&amp;f</source>
            <translation>词元来自(&amp;F)</translation>
        </message>
        <message>
            <source>Direction %1</source>
            <translation>方向 %1</translation>
        </message>
        <message>
            <source>Up to %1 standard deviations to both sides</source>
            <translation>两侧各至多 %1 个标准差</translation>
        </message>
        <message>
            <source>Direction &amp;%1</source>
            <translation>方向 &amp;%1</translation>
        </message>
        <message>
            <source>This model carries no statistics of its tokens yet.</source>
            <translation>此模型还没有词元的统计量。</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>The photo's own columns cannot be changed.</source>
            <translation>照片自身的列不能更改。</translation>
        </message>
        <message>
            <source>Generating: %L1 of %L2 columns</source>
            <translation>正在生成：%L1 / %L2 列</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::DiskWatch</name>
        <message>
            <source>About %1 are needed, but the disk has only %2 left.</source>
            <translation>大约需要 %1，但磁盘只剩 %2。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::DockTitles</name>
        <message>
            <source>Float</source>
            <translation>浮动</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::EquivarianceDialog</name>
        <message>
            <source>This &amp;canvas</source>
            <translation>此画布(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Pictures…</source>
            <translation>图片(&amp;P)…</translation>
        </message>
        <message>
            <source>&amp;Folder…</source>
            <translation>文件夹(&amp;F)…</translation>
        </message>
        <message>
            <source>&amp;Save…</source>
            <translation>保存(&amp;S)…</translation>
        </message>
        <message>
            <source>Equivariance check</source>
            <translation>等变性检查</translation>
        </message>
        <message>
            <source>Does a picture that is moved give tokens that are moved?</source>
            <translation>移动图片，词元也会同样移动吗？</translation>
        </message>
        <message>
            <source>Error between encoding the moved picture and moving the encoded one; the same for decoding. 0 is perfect, about 1.4 means that both have nothing to do with each other.</source>
            <translation>对移动后的图片编码与移动编码结果之间的误差；解码同理。0 为完美，约 1.4 表示两者毫无关系。</translation>
        </message>
        <message>
            <source>Choose what to measure on.</source>
            <translation>选择用什么来测量。</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Measuring…</source>
            <translation>正在测量…</translation>
        </message>
        <message>
            <source>Pictures to measure on</source>
            <translation>用于测量的图片</translation>
        </message>
        <message>
            <source>Pictures (%1)</source>
            <translation>图片 (%1)</translation>
        </message>
        <message>
            <source>Folder of pictures</source>
            <translation>图片文件夹</translation>
        </message>
        <message>
            <source>There are no pictures in it.</source>
            <translation>其中没有图片。</translation>
        </message>
        <message>
            <source>Moved by whole columns: encode %1, decode %2. By parts of columns: encode %3, decode %4. Windows of %6 columns: %L5.</source>
            <translation>按整列移动：编码 %1，解码 %2。按不足一列移动：编码 %3，解码 %4。%L5 个窗口，每个 %6 列。</translation>
        </message>
        <message numerus="yes">
            <source>%n picture(s) could not be used.</source>
            <translation>
                <numerusform>%n 张图片无法使用。</numerusform>
            </translation>
        </message>
        <message>
            <source>Save the result</source>
            <translation>保存结果</translation>
        </message>
        <message>
            <source>Plot (*.png);;Numbers (*.json)</source>
            <translation>图表 (*.png);;数值 (*.json)</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>%1 cannot be written</source>
            <translation>无法写入 %1</translation>
        </message>
        <message>
            <source>Looking for pictures…</source>
            <translation>正在查找图片…</translation>
        </message>
        <message>
            <source>No model is loaded</source>
            <translation>没有加载模型</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::EquivariancePlot</name>
        <message>
            <source>Error by shift</source>
            <translation>随移动量变化的误差</translation>
        </message>
        <message>
            <source>shift in pixels; dotted: whole columns</source>
            <translation>移动量（像素）；点线：整列</translation>
        </message>
        <message>
            <source>encode</source>
            <translation>编码</translation>
        </message>
        <message>
            <source>decode</source>
            <translation>解码</translation>
        </message>
        <message>
            <source>round trip</source>
            <translation>往返</translation>
        </message>
        <message>
            <source>The errors by shift are plotted here.</source>
            <translation>此处按位移画出误差。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::Error</name>
        <message>
            <source>This cannot be used</source>
            <translation>无法使用</translation>
        </message>
        <message>
            <source>Reading or writing failed</source>
            <translation>读写失败</translation>
        </message>
        <message>
            <source>This is not supported</source>
            <translation>不支持</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>The model gave numbers that are not finite</source>
            <translation>模型给出了非有限的数值</translation>
        </message>
        <message>
            <source>Something went wrong inside the program</source>
            <translation>程序内部出错</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ExportDialog</name>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Stopping…</source>
            <translation>正在停止…</translation>
        </message>
        <message>
            <source>Stopped; no file was written.</source>
            <translation>已停止，没有写出文件。</translation>
        </message>
        <message>
            <source>The whole panorama (%L1)</source>
            <translation>整幅全景图（%L1）</translation>
        </message>
        <message>
            <source>The selection (%L1)</source>
            <translation>选中部分（%L1）</translation>
        </message>
        <message>
            <source>From column to column</source>
            <translation>从某列到某列</translation>
        </message>
        <message>
            <source>panorama</source>
            <translation>全景图</translation>
        </message>
        <message>
            <source>Export to</source>
            <translation>导出到</translation>
        </message>
        <message>
            <source>There is no panorama yet.</source>
            <translation>还没有全景图。</translation>
        </message>
        <message>
            <source>A seamless picture needs at least %L1 columns.</source>
            <translation>无缝图片至少需要 %L1 列。</translation>
        </message>
        <message>
            <source>A JPEG file holds at most 65,535 pixels in a row (the library that writes it: 65,500)</source>
            <translation>JPEG 文件一行最多容纳 65,535 像素（写文件的库：65,500）</translation>
        </message>
        <message>
            <source>A %1 file holds at most %L2 pixels in a row</source>
            <translation>%1 文件一行最多容纳 %L2 像素</translation>
        </message>
        <message>
            <source>%1; this picture has %L2.</source>
            <translation>%1；此图有 %L2 像素。</translation>
        </message>
        <message>
            <source>Say which file to write.</source>
            <translation>请填写要写出的文件。</translation>
        </message>
        <message>
            <source>%1 × %2 pixels</source>
            <translation>%1 × %2 像素</translation>
        </message>
        <message>
            <source>%L1 s long</source>
            <translation>时长 %L1 秒</translation>
        </message>
        <message>
            <source>%L1 × %L2 pixels</source>
            <translation>%L1 × %L2 像素</translation>
        </message>
        <message>
            <source>about %1</source>
            <translation>约 %1</translation>
        </message>
        <message>
            <source>%L1 files</source>
            <translation>%L1 个文件</translation>
        </message>
        <message>
            <source>%1 more while writing</source>
            <translation>写入时另需 %1</translation>
        </message>
        <message>
            <source>with its settings</source>
            <translation>内含设置</translation>
        </message>
        <message>
            <source>Replace the file?</source>
            <translation>替换文件？</translation>
        </message>
        <message>
            <source>“%1” exists already.</source>
            <translation>“%1”已存在。</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Hide</source>
            <translation>隐藏</translation>
        </message>
        <message>
            <source>The export goes on</source>
            <translation>导出会继续进行</translation>
        </message>
        <message>
            <source>Writing %1</source>
            <translation>正在写入 %1</translation>
        </message>
        <message>
            <source>PNG picture</source>
            <translation>PNG 图片</translation>
        </message>
        <message>
            <source>JPEG picture</source>
            <translation>JPEG 图片</translation>
        </message>
        <message>
            <source>WebP picture</source>
            <translation>WebP 图片</translation>
        </message>
        <message>
            <source>TIFF picture, tiled</source>
            <translation>TIFF 图片（分块）</translation>
        </message>
        <message>
            <source>Deep-zoom tiles</source>
            <translation>深度缩放瓦片</translation>
        </message>
        <message>
            <source>MP4 video, scrolling</source>
            <translation>MP4 滚动视频</translation>
        </message>
        <message>
            <source>WebM video, scrolling</source>
            <translation>WebM 滚动视频</translation>
        </message>
        <message>
            <source>Export the panorama</source>
            <translation>导出全景图</translation>
        </message>
        <message>
            <source>S&amp;plit into numbered files</source>
            <translation>拆分为编号文件(&amp;P)</translation>
        </message>
        <message>
            <source>Progress of the export</source>
            <translation>导出进度</translation>
        </message>
        <message>
            <source>First column</source>
            <translation>第一列</translation>
        </message>
        <message>
            <source>Last column</source>
            <translation>最后一列</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>C&amp;hoose…</source>
            <translation>选择(&amp;H)…</translation>
        </message>
        <message>
            <source>Make it sea&amp;mless</source>
            <translation>做成无缝(&amp;M)</translation>
        </message>
        <message>
            <source>Adds 16 columns at the right that lead back to the left end, so that the picture tiles</source>
            <translation>在右侧添加 16 列，引回左端，使图片可以平铺</translation>
        </message>
        <message>
            <source>&amp;Columns</source>
            <translation>列(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Format</source>
            <translation>格式(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Save to</source>
            <translation>保存到(&amp;S)</translation>
        </message>
        <message>
            <source>S&amp;top</source>
            <translation>停止(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Export</source>
            <translation>导出(&amp;E)</translation>
        </message>
        <message>
            <source>The disk may become full</source>
            <translation>磁盘可能会写满</translation>
        </message>
        <message>
            <source>When it is full, the export ends without a file.</source>
            <translation>一旦写满，导出就会中止，不会留下文件。</translation>
        </message>
        <message>
            <source>Export all the same</source>
            <translation>仍然导出</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ExportPreview</name>
        <message>
            <source>Preview</source>
            <translation>预览</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::FactsView</name>
        <message>
            <source>Length of the token</source>
            <translation>词元的长度</translation>
        </message>
        <message>
            <source>Distance to the token of the column on the left</source>
            <translation>与左侧列词元的距离</translation>
        </message>
        <message>
            <source>Distance to the token of the column on the right</source>
            <translation>与右侧列词元的距离</translation>
        </message>
        <message>
            <source>length</source>
            <translation>长度</translation>
        </message>
        <message>
            <source>to the left</source>
            <translation>到左侧</translation>
        </message>
        <message>
            <source>to the right</source>
            <translation>到右侧</translation>
        </message>
        <message>
            <source>forward frame</source>
            <translation>正向坐标系</translation>
        </message>
        <message>
            <source>mirrored frame</source>
            <translation>镜像坐标系</translation>
        </message>
        <message>
            <source>photo · %1 numbers</source>
            <translation>照片 · %1 个数</translation>
        </message>
        <message>
            <source>%1 · %2 · %3 numbers</source>
            <translation>%1 · %2 · %3 个数</translation>
        </message>
        <message>
            <source>alike</source>
            <translation>相似</translation>
        </message>
        <message>
            <source>%L1  %2</source>
            <translation>%L1  %2</translation>
        </message>
        <message>
            <source>Go to column %L1 (cosine %2)</source>
            <translation>前往第 %L1 列（余弦 %2）</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::FormatOptions</name>
        <message>
            <source>Compression effort</source>
            <translation>压缩力度</translation>
        </message>
        <message>
            <source>small</source>
            <translation>小</translation>
        </message>
        <message>
            <source>fast</source>
            <translation>快</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>质量</translation>
        </message>
        <message>
            <source>Without &amp;loss</source>
            <translation>无损(&amp;L)</translation>
        </message>
        <message>
            <source>PN&amp;G tiles, without loss</source>
            <translation>PNG 瓦片，无损(&amp;G)</translation>
        </message>
        <message>
            <source>Deflate (small)</source>
            <translation>Deflate（文件小）</translation>
        </message>
        <message>
            <source>LZW (widely read)</source>
            <translation>LZW（兼容性好）</translation>
        </message>
        <message>
            <source>None (fast)</source>
            <translation>不压缩（快）</translation>
        </message>
        <message>
            <source>Always &amp;BigTIFF</source>
            <translation>总是用 BigTIFF(&amp;B)</translation>
        </message>
        <message>
            <source>Otherwise only when the file could pass 4 GB</source>
            <translation>否则仅在文件可能超过 4 GB 时使用</translation>
        </message>
        <message>
            <source>Comp&amp;ression</source>
            <translation>压缩(&amp;R)</translation>
        </message>
        <message>
            <source>Eff&amp;ort</source>
            <translation>力度(&amp;O)</translation>
        </message>
        <message>
            <source>&amp;Quality</source>
            <translation>质量(&amp;Q)</translation>
        </message>
        <message>
            <source>Size of the video</source>
            <translation>视频尺寸</translation>
        </message>
        <message>
            <source>Frame rate</source>
            <translation>帧率</translation>
        </message>
        <message>
            <source> frames/s</source>
            <translation> 帧/秒</translation>
        </message>
        <message>
            <source>Movement</source>
            <translation>移动方式</translation>
        </message>
        <message>
            <source>From end to end</source>
            <translation>从一端到另一端</translation>
        </message>
        <message>
            <source>Loop: there and back</source>
            <translation>循环：往返</translation>
        </message>
        <message>
            <source>Loop: around and around</source>
            <translation>循环：一圈又一圈</translation>
        </message>
        <message>
            <source>Best with a seamless panorama</source>
            <translation>配合无缝全景图效果最佳</translation>
        </message>
        <message>
            <source>Direction</source>
            <translation>方向</translation>
        </message>
        <message>
            <source>To the right</source>
            <translation>向右</translation>
        </message>
        <message>
            <source>To the left</source>
            <translation>向左</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>速度</translation>
        </message>
        <message>
            <source> pixels/s</source>
            <translation> 像素/秒</translation>
        </message>
        <message>
            <source>Easing</source>
            <translation>缓动</translation>
        </message>
        <message>
            <source>eased over </source>
            <translation>缓动 </translation>
        </message>
        <message>
            <source> s</source>
            <translation> 秒</translation>
        </message>
        <message>
            <source>Si&amp;ze</source>
            <translation>尺寸(&amp;Z)</translation>
        </message>
        <message>
            <source>Mo&amp;vement</source>
            <translation>移动(&amp;V)</translation>
        </message>
        <message>
            <source>Spee&amp;d</source>
            <translation>速度(&amp;D)</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::GenerationPanel</name>
        <message>
            <source>Euler (the authors')</source>
            <translation>Euler（作者所用）</translation>
        </message>
        <message>
            <source>Heun</source>
            <translation>Heun</translation>
        </message>
        <message>
            <source>Midpoint</source>
            <translation>中点法</translation>
        </message>
        <message>
            <source>Adams 2</source>
            <translation>Adams 二阶</translation>
        </message>
        <message>
            <source>Adams 3</source>
            <translation>Adams 三阶</translation>
        </message>
        <message>
            <source>Predictor-corrector 2</source>
            <translation>预测-校正 二阶</translation>
        </message>
        <message>
            <source>Predictor-corrector 3</source>
            <translation>预测-校正 三阶</translation>
        </message>
        <message>
            <source>Exponential 2</source>
            <translation>指数积分 二阶</translation>
        </message>
        <message>
            <source>Exponential 3</source>
            <translation>指数积分 三阶</translation>
        </message>
        <message>
            <source>DPM-Solver++ 2M</source>
            <translation>DPM-Solver++ 2M</translation>
        </message>
        <message>
            <source>Advanced</source>
            <translation>高级</translation>
        </message>
        <message>
            <source>&amp;Seed</source>
            <translation>种子(&amp;S)</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <source>The same seed, scene, model and settings give the same picture again</source>
            <translation>相同的种子、场景、模型和设置会得到同一幅图</translation>
        </message>
        <message>
            <source>Another seed</source>
            <translation>换一个种子</translation>
        </message>
        <message>
            <source>Keep this seed for the next panoramas</source>
            <translation>后面的全景图继续使用这个种子</translation>
        </message>
        <message>
            <source>How strongly the scene pulls; 1 is no guidance</source>
            <translation>场景的引导强度；1 表示不引导</translation>
        </message>
        <message>
            <source>Ramp, then hold</source>
            <translation>渐增后保持</translation>
        </message>
        <message>
            <source>Constant</source>
            <translation>恒定</translation>
        </message>
        <message>
            <source>Linear (the authors')</source>
            <translation>线性（作者所用）</translation>
        </message>
        <message>
            <source>Uniform</source>
            <translation>均匀</translation>
        </message>
        <message>
            <source>Quadratic</source>
            <translation>二次</translation>
        </message>
        <message>
            <source>Cosine</source>
            <translation>余弦</translation>
        </message>
        <message>
            <source>Shifted</source>
            <translation>偏移</translation>
        </message>
        <message>
            <source>Evaluations of the velocity for each column: more is slower and more exact</source>
            <translation>每列的速度求值次数：越多越慢、越精确</translation>
        </message>
        <message>
            <source>Endless</source>
            <translation>无尽</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>参考</translation>
        </message>
        <message>
            <source>Endless: every column is made the same way, however long the panorama gets. Reference: the authors' sampler, for short pictures</source>
            <translation>无尽：无论全景图多长，每列的生成方式都相同。参考：作者的采样器，适合短图</translation>
        </message>
        <message>
            <source> columns</source>
            <translation> 列</translation>
        </message>
        <message>
            <source>Over how many columns a change of scene morphs</source>
            <translation>更换场景时用多少列过渡</translation>
        </message>
        <message>
            <source>How many continuations are shown side by side</source>
            <translation>并排显示多少个延续</translation>
        </message>
        <message>
            <source>Held from the next new column on.</source>
            <translation>从下一个新列起生效。</translation>
        </message>
        <message>
            <source>Model defaults</source>
            <translation>模型默认值</translation>
        </message>
        <message>
            <source>&amp;Guidance</source>
            <translation>引导强度(&amp;G)</translation>
        </message>
        <message>
            <source>Guidance s&amp;chedule</source>
            <translation>引导方式(&amp;C)</translation>
        </message>
        <message>
            <source>S&amp;olver</source>
            <translation>求解器(&amp;O)</translation>
        </message>
        <message>
            <source>Time gr&amp;id</source>
            <translation>时间网格(&amp;I)</translation>
        </message>
        <message>
            <source>Eval&amp;uations</source>
            <translation>求值次数(&amp;U)</translation>
        </message>
        <message>
            <source>&amp;Mode</source>
            <translation>模式(&amp;M)</translation>
        </message>
        <message>
            <source>Scene r&amp;amp</source>
            <translation>场景过渡(&amp;A)</translation>
        </message>
        <message>
            <source>Va&amp;riations</source>
            <translation>候选数(&amp;R)</translation>
        </message>
        <message>
            <source>No model is loaded.</source>
            <translation>没有载入模型。</translation>
        </message>
        <message>
            <source>Model: %1</source>
            <translation>模型：%1</translation>
        </message>
        <message>
            <source>no scene</source>
            <translation>无场景</translation>
        </message>
        <message>
            <source>%1 → %2</source>
            <translation>%1 → %2</translation>
        </message>
        <message>
            <source>Column %L1: %2</source>
            <translation>第 %L1 列：%2</translation>
        </message>
        <message>
            <source>Scene: %1</source>
            <translation>场景：%1</translation>
        </message>
        <message>
            <source>Linear reaches the guidance at the end of one extension and rises on: for pictures of a known width</source>
            <translation>“线性”在一次扩展结束时达到引导强度并继续上升：适用于宽度已知的图片</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::GrowBar</name>
        <message>
            <source>%1 s</source>
            <translation>%1 秒</translation>
        </message>
        <message>
            <source>%1 min</source>
            <translation>%1 分钟</translation>
        </message>
        <message>
            <source>%1 h %2 min</source>
            <translation>%1 小时 %2 分钟</translation>
        </message>
        <message>
            <source> columns</source>
            <translation> 列</translation>
        </message>
        <message>
            <source>Columns of one extension</source>
            <translation>一次延伸的列数</translation>
        </message>
        <message>
            <source>How many columns one extension adds</source>
            <translation>一次延伸添加多少列</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Loading the model…</source>
            <translation>正在载入模型…</translation>
        </message>
        <message>
            <source>%L1 of %L2 columns</source>
            <translation>%L1 / %L2 列</translation>
        </message>
        <message>
            <source>%L1 columns, until stopped</source>
            <translation>%L1 列，直到停止</translation>
        </message>
        <message>
            <source>  ·  %L1 per second</source>
            <translation>  ·  每秒 %L1 列</translation>
        </message>
        <message>
            <source>  ·  %1 left</source>
            <translation>  ·  剩余 %1</translation>
        </message>
        <message>
            <source>Choose a scene to begin</source>
            <translation>选择一个场景开始</translation>
        </message>
        <message>
            <source>No model is loaded</source>
            <translation>没有载入模型</translation>
        </message>
        <message>
            <source>%L1 columns  ·  %L2 pixels wide</source>
            <translation>%L1 列  ·  宽 %L2 像素</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::History</name>
        <message>
            <source>Empty canvas</source>
            <translation>空白画布</translation>
        </message>
        <message>
            <source>New panorama, seed %1</source>
            <translation>新全景图，种子 %1</translation>
        </message>
        <message>
            <source>Photo of %1 columns</source>
            <translation>照片，%1 列</translation>
        </message>
        <message>
            <source>Extend right by %1</source>
            <translation>向右延伸 %1 列</translation>
        </message>
        <message>
            <source>Extend left by %1</source>
            <translation>向左延伸 %1 列</translation>
        </message>
        <message>
            <source>Keep going right</source>
            <translation>持续向右</translation>
        </message>
        <message>
            <source>Keep going left</source>
            <translation>持续向左</translation>
        </message>
        <message>
            <source>Scene change at column %1</source>
            <translation>从第 %1 列更换场景</translation>
        </message>
        <message>
            <source>Settings from column %1</source>
            <translation>从第 %1 列更改设置</translation>
        </message>
        <message>
            <source>Regenerate from column %1</source>
            <translation>从第 %1 列重新生成</translation>
        </message>
        <message>
            <source>Swap token of column %1</source>
            <translation>替换第 %1 列的词元</translation>
        </message>
        <message>
            <source>Swap tokens of columns %1 to %2</source>
            <translation>替换第 %1 至 %2 列的词元</translation>
        </message>
        <message>
            <source>Cut off at column %1</source>
            <translation>从第 %1 列截断</translation>
        </message>
        <message>
            <source>Scene of the photo</source>
            <translation>照片的场景</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::HistoryPanel</name>
        <message>
            <source>History</source>
            <translation>历史</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::HouseDialog</name>
        <message>
            <source>“%1” exists already.</source>
            <translation>“%1”已存在。</translation>
        </message>
        <message>
            <source>Replace the file?</source>
            <translation>替换文件？</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ImportDialog</name>
        <message>
            <source>Import checkpoints</source>
            <translation>导入检查点</translation>
        </message>
        <message>
            <source>The published tokenizer (.ckpt) and generator (.pth) become one model. Only the weights that are needed are read; no code in the files ever runs.</source>
            <translation>公开发布的分词器（.ckpt）与生成器（.pth）合成一个模型。只读取需要的权重；文件中的代码绝不会运行。</translation>
        </message>
        <message>
            <source>for example: places</source>
            <translation>例如：places</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>未知</translation>
        </message>
        <message>
            <source>float32 (exact)</source>
            <translation>float32（精确）</translation>
        </message>
        <message>
            <source>bfloat16 (half the size)</source>
            <translation>bfloat16（大小减半）</translation>
        </message>
        <message>
            <source>&amp;Tokenizer</source>
            <translation>分词器(&amp;T)</translation>
        </message>
        <message>
            <source>Tokenizer checkpoint</source>
            <translation>分词器检查点</translation>
        </message>
        <message>
            <source>Lightning checkpoints (*.ckpt);;All files (*)</source>
            <translation>Lightning 检查点 (*.ckpt);;所有文件 (*)</translation>
        </message>
        <message>
            <source>&amp;Generator</source>
            <translation>生成器(&amp;G)</translation>
        </message>
        <message>
            <source>Generator checkpoint</source>
            <translation>生成器检查点</translation>
        </message>
        <message>
            <source>PyTorch checkpoints (*.pth *.pt);;All files (*)</source>
            <translation>PyTorch 检查点 (*.pth *.pt);;所有文件 (*)</translation>
        </message>
        <message>
            <source>&amp;Name</source>
            <translation>名称(&amp;N)</translation>
        </message>
        <message>
            <source>&amp;Class names</source>
            <translation>类别名称(&amp;C)</translation>
        </message>
        <message>
            <source>Class names, one a line</source>
            <translation>类别名称，每行一个</translation>
        </message>
        <message>
            <source>Text (*.txt);;All files (*)</source>
            <translation>文本 (*.txt);;所有文件 (*)</translation>
        </message>
        <message>
            <source>optional</source>
            <translation>可选</translation>
        </message>
        <message>
            <source>&amp;Weights</source>
            <translation>权重(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Licence</source>
            <translation>许可证(&amp;L)</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>导入</translation>
        </message>
        <message>
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <source>Choose: %1</source>
            <translation>选择：%1</translation>
        </message>
        <message>
            <source>The name is also a folder's name: letters, digits, spaces, - and _ are fine.</source>
            <translation>名称同时也是文件夹名：可用字母、数字、空格、- 和 _。</translation>
        </message>
        <message>
            <source>A model of this name is installed already.</source>
            <translation>已经安装了同名的模型。</translation>
        </message>
        <message>
            <source>Imported %1</source>
            <translation>已导入 %1</translation>
        </message>
        <message>
            <source>Cancelled; nothing was installed.</source>
            <translation>已取消；没有安装任何内容。</translation>
        </message>
        <message>
            <source>Cancelling…</source>
            <translation>正在取消…</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::InfluencePage</name>
        <message>
            <source>Another random token</source>
            <translation>换一个随机词元</translation>
        </message>
        <message>
            <source>the mean token</source>
            <translation>平均词元</translation>
        </message>
        <message>
            <source>nothing (zero)</source>
            <translation>空（零）</translation>
        </message>
        <message>
            <source>a random token</source>
            <translation>随机词元</translation>
        </message>
        <message>
            <source>its left neighbour</source>
            <translation>左侧相邻词元</translation>
        </message>
        <message>
            <source>its right neighbour</source>
            <translation>右侧相邻词元</translation>
        </message>
        <message>
            <source>What stands in for the token</source>
            <translation>用什么代替该词元</translation>
        </message>
        <message>
            <source>Heat map of the influence</source>
            <translation>影响热图</translation>
        </message>
        <message>
            <source>How much each pixel changes without the token</source>
            <translation>没有该词元时每个像素的变化量</translation>
        </message>
        <message>
            <source>&amp;Without it</source>
            <translation>代以(&amp;W)</translation>
        </message>
        <message>
            <source>Nothing changes.</source>
            <translation>没有变化。</translation>
        </message>
        <message>
            <source>%1 % of the change lies in the own %2 pixels, %3 % of it within %4 pixels.</source>
            <translation>变化的 %1 % 位于自身的 %2 像素内，%3 % 位于 %4 像素内。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::Inspection</name>
        <message>
            <source>Column %L1</source>
            <translation>第 %L1 列</translation>
        </message>
        <message>
            <source>Columns %L1 to %L2</source>
            <translation>第 %L1 至 %L2 列</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::InspectorPanel</name>
        <message>
            <source>No column selected</source>
            <translation>没有选择列</translation>
        </message>
        <message>
            <source>Click a column of the canvas to see what its token means. Shift+click selects a span.</source>
            <translation>单击画布上的一列，查看其词元的含义。Shift+单击选择一段。</translation>
        </message>
        <message>
            <source>Influence</source>
            <translation>影响</translation>
        </message>
        <message>
            <source>Swap</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>Build-up</source>
            <translation>逐步构建</translation>
        </message>
        <message>
            <source>Directions</source>
            <translation>方向</translation>
        </message>
        <message>
            <source>Show on the canvas</source>
            <translation>显示在画布上</translation>
        </message>
        <message>
            <source>Show the same picture at its place in the canvas; nothing is changed</source>
            <translation>在画布的原位显示同一画面；不做任何更改</translation>
        </message>
        <message>
            <source>Equivariance check…</source>
            <translation>等变性检查…</translation>
        </message>
        <message>
            <source>What to look at</source>
            <translation>查看内容</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>检查器</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::LogDialog</name>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>What has happened since the program was started.</source>
            <translation>程序启动以来发生的事情。</translation>
        </message>
        <message>
            <source>Nothing yet.</source>
            <translation>还没有内容。</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::MainWindow</name>
        <message>
            <source>Tool bar</source>
            <translation>工具栏</translation>
        </message>
        <message>
            <source>Open photo…</source>
            <translation>打开照片…</translation>
        </message>
        <message>
            <source>Open project…</source>
            <translation>打开工程…</translation>
        </message>
        <message>
            <source>Models…</source>
            <translation>模型…</translation>
        </message>
        <message>
            <source>Scenes</source>
            <translation>场景</translation>
        </message>
        <message>
            <source>Generation</source>
            <translation>生成</translation>
        </message>
        <message>
            <source>History</source>
            <translation>历史</translation>
        </message>
        <message>
            <source>Seed %1 copied</source>
            <translation>已复制种子 %1</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>检查器</translation>
        </message>
        <message>
            <source>Loading the model…</source>
            <translation>正在载入模型…</translation>
        </message>
        <message>
            <source>The first scene is a moment away.</source>
            <translation>马上就能开始第一个场景。</translation>
        </message>
        <message>
            <source>Start a panorama</source>
            <translation>开始一幅全景图</translation>
        </message>
        <message>
            <source>Click a scene on the left, or drop a photo here to continue it on both sides.</source>
            <translation>单击左侧的场景，或把照片拖到这里向两侧延续。</translation>
        </message>
        <message>
            <source>The model could not be loaded</source>
            <translation>模型无法载入</translation>
        </message>
        <message>
            <source>No model yet</source>
            <translation>还没有模型</translation>
        </message>
        <message>
            <source>A model makes the pictures. Import one, or look where models are searched for.</source>
            <translation>图画由模型生成。请导入一个模型，或查看模型的搜索位置。</translation>
        </message>
        <message>
            <source>%L1 files</source>
            <translation>%L1 个文件</translation>
        </message>
        <message>
            <source>%1 in %2, %3</source>
            <translation>%1，位于 %2，%3</translation>
        </message>
        <message>
            <source>Exported</source>
            <translation>已导出</translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation>打开文件夹</translation>
        </message>
        <message>
            <source>The export is ready</source>
            <translation>导出完成</translation>
        </message>
        <message>
            <source>An export is not finished</source>
            <translation>导出尚未完成</translation>
        </message>
        <message>
            <source>Closing stops it, and %1 is not written.</source>
            <translation>关闭会停止导出，%1 不会写出。</translation>
        </message>
        <message>
            <source>Keep exporting</source>
            <translation>继续导出</translation>
        </message>
        <message>
            <source>Stop and close</source>
            <translation>停止并关闭</translation>
        </message>
        <message>
            <source>The batch is done</source>
            <translation>批次已完成</translation>
        </message>
        <message>
            <source>The batch is paused</source>
            <translation>批次已暂停</translation>
        </message>
        <message>
            <source>%L1 of %L2 pictures are in %3</source>
            <translation>%L1 / %L2 幅图片在 %3 中</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>显示</translation>
        </message>
        <message>
            <source>A batch is not finished</source>
            <translation>有一个批次尚未完成</translation>
        </message>
        <message>
            <source>%L1 of %L2 pictures are done. Closing pauses it; it is offered again when the program starts.</source>
            <translation>%L2 张图片已完成 %L1 张。关闭窗口会暂停此批次；程序下次启动时可以继续。</translation>
        </message>
        <message>
            <source>Keep it running</source>
            <translation>继续运行</translation>
        </message>
        <message>
            <source>Pause and close</source>
            <translation>暂停并关闭</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::MessageBar</name>
        <message>
            <source>Message</source>
            <translation>消息</translation>
        </message>
        <message>
            <source>Close this message</source>
            <translation>关闭此消息</translation>
        </message>
        <message>
            <source>Show the next message</source>
            <translation>显示下一条消息</translation>
        </message>
        <message>
            <source>%L1 more</source>
            <translation>另有 %L1 条</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ModelsDialog</name>
        <message>
            <source>Models</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>A model is a folder with a manifest and two weight files. It makes all the pictures.</source>
            <translation>模型是一个文件夹，含一份清单和两个权重文件。所有图画都由它生成。</translation>
        </message>
        <message>
            <source>Installed models</source>
            <translation>已安装的模型</translation>
        </message>
        <message>
            <source>&amp;Import checkpoints…</source>
            <translation>导入检查点(&amp;I)…</translation>
        </message>
        <message>
            <source>Open models &amp;folder</source>
            <translation>打开模型文件夹(&amp;F)</translation>
        </message>
        <message>
            <source>No model is installed</source>
            <translation>没有安装模型</translation>
        </message>
        <message>
            <source>Import the published tokenizer and generator checkpoints, or copy a model folder into %1.</source>
            <translation>请导入公开发布的分词器与生成器检查点，或把模型文件夹复制到 %1。</translation>
        </message>
        <message>
            <source>Import checkpoints…</source>
            <translation>导入检查点…</translation>
        </message>
        <message>
            <source>&amp;Use this model</source>
            <translation>使用此模型(&amp;U)</translation>
        </message>
        <message>
            <source>Class &amp;names…</source>
            <translation>类别名称(&amp;N)…</translation>
        </message>
        <message>
            <source>&amp;Remove…</source>
            <translation>移除(&amp;R)…</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>设备</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>精度</translation>
        </message>
        <message>
            <source>float32 (exact)</source>
            <translation>float32（精确）</translation>
        </message>
        <message>
            <source>bfloat16 (half the memory)</source>
            <translation>bfloat16（内存减半）</translation>
        </message>
        <message>
            <source>8-bit weights (large models on the CPU)</source>
            <translation>8 位权重（CPU 上的大模型）</translation>
        </message>
        <message>
            <source>&amp;Device</source>
            <translation>设备(&amp;D)</translation>
        </message>
        <message>
            <source>&amp;Precision</source>
            <translation>精度(&amp;P)</translation>
        </message>
        <message>
            <source>GPU %1: %2, %3</source>
            <translation>GPU %1：%2，%3</translation>
        </message>
        <message>
            <source>No GPU: %1</source>
            <translation>没有 GPU：%1</translation>
        </message>
        <message>
            <source>Loading the model…</source>
            <translation>正在载入模型…</translation>
        </message>
        <message>
            <source>In use: %1 on %2</source>
            <translation>使用中：%1，设备 %2</translation>
        </message>
        <message>
            <source>No model is loaded</source>
            <translation>没有载入模型</translation>
        </message>
        <message>
            <source>In use</source>
            <translation>使用中</translation>
        </message>
        <message>
            <source>It was installed with the program</source>
            <translation>它随程序一起安装</translation>
        </message>
        <message>
            <source>Scenes</source>
            <translation>场景</translation>
        </message>
        <message>
            <source>Picture height</source>
            <translation>图片高度</translation>
        </message>
        <message>
            <source>%1 pixels, columns of %2</source>
            <translation>%1 像素，每列 %2 像素</translation>
        </message>
        <message>
            <source>Token</source>
            <translation>词元</translation>
        </message>
        <message>
            <source>%1 numbers</source>
            <translation>%1 个数</translation>
        </message>
        <message>
            <source>Tokenizer</source>
            <translation>分词器</translation>
        </message>
        <message>
            <source>channels %1 × (%2)</source>
            <translation>通道 %1 × (%2)</translation>
        </message>
        <message>
            <source>Generator</source>
            <translation>生成器</translation>
        </message>
        <message>
            <source>%1: width %2, %3 blocks, %4 heads</source>
            <translation>%1：宽 %2，%3 块，%4 头</translation>
        </message>
        <message>
            <source>Flow head</source>
            <translation>流头</translation>
        </message>
        <message>
            <source>width %1, %2 blocks</source>
            <translation>宽 %1，%2 块</translation>
        </message>
        <message>
            <source>Weights</source>
            <translation>权重</translation>
        </message>
        <message>
            <source>Comes from</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>Licence</source>
            <translation>许可证</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>未知</translation>
        </message>
        <message>
            <source>On disk</source>
            <translation>磁盘占用</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Change the model?</source>
            <translation>更换模型？</translation>
        </message>
        <message>
            <source>“%1” has unsaved changes. Another model starts with an empty canvas.</source>
            <translation>“%1”有未保存的更改。换模型后将从空白画布开始。</translation>
        </message>
        <message>
            <source>Keep the canvas</source>
            <translation>保留画布</translation>
        </message>
        <message>
            <source>Change the model</source>
            <translation>更换模型</translation>
        </message>
        <message>
            <source>Remove “%1”?</source>
            <translation>移除“%1”？</translation>
        </message>
        <message>
            <source>Its folder is deleted: %1</source>
            <translation>将删除其文件夹：%1</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Facts of the model</source>
            <translation>模型信息</translation>
        </message>
        <message>
            <source>%1 (not there)</source>
            <translation>%1（不存在）</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::Notifier</name>
        <message>
            <source>The panorama is ready</source>
            <translation>全景图已完成</translation>
        </message>
        <message>
            <source>%L1 columns were made.</source>
            <translation>生成了 %L1 列。</translation>
        </message>
        <message>
            <source>Show EquiCanvas</source>
            <translation>显示 EquiCanvas</translation>
        </message>
        <message>
            <source>Open folder</source>
            <translation>打开文件夹</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::NumberList</name>
        <message>
            <source>is neither a number nor a range such as 1-20</source>
            <translation>既不是数字，也不是 1-20 这样的范围</translation>
        </message>
        <message>
            <source>is too large</source>
            <translation>太大</translation>
        </message>
        <message>
            <source>ends before it begins</source>
            <translation>终点在起点之前</translation>
        </message>
        <message>
            <source>makes the list longer than %1</source>
            <translation>使列表超过 %1 项</translation>
        </message>
        <message>
            <source>is not within %1 to %2</source>
            <translation>不在 %1 到 %2 之间</translation>
        </message>
        <message>
            <source>is no number</source>
            <translation>不是数字</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::OverviewStrip</name>
        <message>
            <source>Overview</source>
            <translation>总览</translation>
        </message>
        <message>
            <source>The whole panorama. Click, or use the arrow keys, to go to a place.</source>
            <translation>整幅全景图。单击或用方向键前往某处。</translation>
        </message>
        <message>
            <source>The whole panorama: click to go there</source>
            <translation>整幅全景图：单击前往该处</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::PictureSettings</name>
        <message>
            <source>%1, seed %2, %L3 columns</source>
            <translation>%1，种子 %2，%L3 列</translation>
        </message>
        <message>
            <source>Tokens that were replaced by hand are not among them.</source>
            <translation>手工替换过的词元不在其中。</translation>
        </message>
        <message>
            <source>The columns that close it to a ring are made when it is exported.</source>
            <translation>首尾相接的列在导出时才会生成。</translation>
        </message>
        <message>
            <source>This picture was made by EquiCanvas</source>
            <translation>这张图片由 EquiCanvas 生成</translation>
        </message>
        <message>
            <source>It holds the settings that made it: %1.</source>
            <translation>其中含有生成它的设置：%1。</translation>
        </message>
        <message>
            <source>Use as a photo</source>
            <translation>用作照片</translation>
        </message>
        <message>
            <source>Make a panorama with its settings</source>
            <translation>用其中的设置生成全景图</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>%1 holds no settings</source>
            <translation>%1 中没有设置</translation>
        </message>
        <message>
            <source>Pictures exported by EquiCanvas do, unless another program saved them again.</source>
            <translation>EquiCanvas 导出的图片含有设置，除非被别的程序重新保存过。</translation>
        </message>
        <message>
            <source>Settings from a picture</source>
            <translation>从图片恢复设置</translation>
        </message>
        <message>
            <source>Pictures (%1)</source>
            <translation>图片 (%1)</translation>
        </message>
        <message>
            <source>The settings in this picture cannot be read</source>
            <translation>无法读取这张图片中的设置</translation>
        </message>
        <message>
            <source>This picture continues a photo</source>
            <translation>这张图片是照片的延伸</translation>
        </message>
        <message>
            <source>The settings in %1 alone cannot make it again: the photo is not among them. Start from the photo itself, or go on from this picture.</source>
            <translation>仅凭 %1 中的设置无法重新生成它：其中没有那张照片。请从照片本身开始，或以这张图片继续。</translation>
        </message>
        <message>
            <source>The model “%1” is not installed</source>
            <translation>未安装模型“%1”</translation>
        </message>
        <message>
            <source>The settings in %1 are for it; with another model they make another picture. Install it, then open the picture again.</source>
            <translation>%1 中的设置属于该模型；用别的模型会得到另一幅图。请安装该模型后再打开图片。</translation>
        </message>
        <message>
            <source>Models…</source>
            <translation>模型…</translation>
        </message>
        <message>
            <source>A panorama with the settings of %1</source>
            <translation>用 %1 的设置生成的全景图</translation>
        </message>
        <message>
            <source>The record in %1 is damaged (the log says where). The picture itself can be a photo.</source>
            <translation>%1 中的记录已损坏（详见日志）。图片本身仍可用作照片。</translation>
        </message>
        <message>
            <source>This picture cannot be made again from its settings</source>
            <translation>无法用此图片的设置重新生成它</translation>
        </message>
        <message>
            <source>%1 had no room for all of them. Open its project, or go on from this picture.</source>
            <translation>%1 容纳不下全部设置。请打开它的工程，或从这张图片继续。</translation>
        </message>
        <message>
            <source>%1 shows the tokens of one model as another one decodes them.</source>
            <translation>%1 显示的是一个模型的词元由另一个模型解码的结果。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::PlanForm</name>
        <message>
            <source>%L1 s</source>
            <translation>%L1 秒</translation>
        </message>
        <message>
            <source>%L1 min</source>
            <translation>%L1 分钟</translation>
        </message>
        <message>
            <source>%L1 h %2 min</source>
            <translation>%L1 小时 %2 分钟</translation>
        </message>
        <message>
            <source>Sc&amp;enes</source>
            <translation>场景(&amp;E)</translation>
        </message>
        <message>
            <source>Find a scene</source>
            <translation>查找场景</translation>
        </message>
        <message>
            <source>Scenes</source>
            <translation>场景</translation>
        </message>
        <message>
            <source>A&amp;ll</source>
            <translation>全选(&amp;L)</translation>
        </message>
        <message>
            <source>&amp;None</source>
            <translation>全不选(&amp;N)</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>C&amp;hoose…</source>
            <translation>选择(&amp;H)…</translation>
        </message>
        <message>
            <source>Folder for the pictures</source>
            <translation>存放图片的文件夹</translation>
        </message>
        <message>
            <source>batch</source>
            <translation>批次</translation>
        </message>
        <message>
            <source>Make each picture sea&amp;mless</source>
            <translation>每幅图片都做成无缝(&amp;M)</translation>
        </message>
        <message>
            <source>&amp;Seeds</source>
            <translation>种子(&amp;S)</translation>
        </message>
        <message>
            <source>&amp;Columns</source>
            <translation>列(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Guidance</source>
            <translation>引导强度(&amp;G)</translation>
        </message>
        <message>
            <source>S&amp;teps</source>
            <translation>步数(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Format</source>
            <translation>格式(&amp;F)</translation>
        </message>
        <message>
            <source>F&amp;older</source>
            <translation>文件夹(&amp;O)</translation>
        </message>
        <message>
            <source>N&amp;ames</source>
            <translation>文件名(&amp;A)</translation>
        </message>
        <message>
            <source>Numbers as 1, 5, 9-20. Names may hold {scene} {seed} {width} {guidance} {steps} {index}.</source>
            <translation>数字可写作 1, 5, 9-20。文件名可含 {scene} {seed} {width} {guidance} {steps} {index}。</translation>
        </message>
        <message>
            <source>%1, the model's own</source>
            <translation>%1，模型默认</translation>
        </message>
        <message>
            <source>none is chosen</source>
            <translation>一个也没选</translation>
        </message>
        <message>
            <source>Seeds</source>
            <translation>种子</translation>
        </message>
        <message>
            <source>Columns</source>
            <translation>列</translation>
        </message>
        <message>
            <source>Guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>步数</translation>
        </message>
        <message>
            <source>none is given</source>
            <translation>没有填写</translation>
        </message>
        <message>
            <source>1 picture</source>
            <translation>1 幅图片</translation>
        </message>
        <message>
            <source>%L1 pictures</source>
            <translation>%L1 幅图片</translation>
        </message>
        <message>
            <source>%L1 columns</source>
            <translation>%L1 列</translation>
        </message>
        <message>
            <source>about %1</source>
            <translation>约 %1</translation>
        </message>
        <message>
            <source>is empty</source>
            <translation>为空</translation>
        </message>
        <message>
            <source>There is no model to make pictures with.</source>
            <translation>没有可用于生成图片的模型。</translation>
        </message>
        <message>
            <source>time not known yet</source>
            <translation>所需时间未知</translation>
        </message>
        <message>
            <source>Names</source>
            <translation>文件名</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::PreferencesDialog</name>
        <message>
            <source>Preferences</source>
            <translation>首选项</translation>
        </message>
        <message>
            <source>Changes take effect at once.</source>
            <translation>更改立即生效。</translation>
        </message>
        <message>
            <source>Like the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source> MiB</source>
            <translation> MiB</translation>
        </message>
        <message>
            <source>Memory for decoded parts of the panorama; more means less work when one comes back to a place</source>
            <translation>用于保存已解码部分的内存；越大，回到某处时要做的工作越少</translation>
        </message>
        <message>
            <source> minutes</source>
            <translation> 分钟</translation>
        </message>
        <message>
            <source>only by hand</source>
            <translation>仅手动</translation>
        </message>
        <message>
            <source>Everything is kept for recovery at any moment; this also saves the project file itself</source>
            <translation>任何时刻的内容都可恢复；此项还会自动保存工程文件本身</translation>
        </message>
        <message>
            <source>Tell the desktop when a long job has ended</source>
            <translation>长任务结束时发送桌面通知</translation>
        </message>
        <message>
            <source>&amp;Theme</source>
            <translation>主题(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Language</source>
            <translation>语言(&amp;L)</translation>
        </message>
        <message>
            <source>Picture &amp;cache</source>
            <translation>图片缓存(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Save projects every</source>
            <translation>自动保存工程间隔(&amp;S)</translation>
        </message>
        <message>
            <source>%1 cannot be written: preferences are forgotten when the program ends.</source>
            <translation>无法写入 %1：首选项在程序退出后不会保留。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ProfilePlot</name>
        <message>
            <source>Profile of the influence</source>
            <translation>影响分布</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ProgressivePage</name>
        <message>
            <source>Other random tokens</source>
            <translation>换一批随机词元</translation>
        </message>
        <message>
            <source>Play</source>
            <translation>播放</translation>
        </message>
        <message>
            <source>How many columns have their own token</source>
            <translation>有多少列使用自己的词元</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>导出…</translation>
        </message>
        <message>
            <source>left to right</source>
            <translation>从左到右</translation>
        </message>
        <message>
            <source>right to left</source>
            <translation>从右到左</translation>
        </message>
        <message>
            <source>centre outwards</source>
            <translation>从中间向外</translation>
        </message>
        <message>
            <source>as generated</source>
            <translation>按生成顺序</translation>
        </message>
        <message>
            <source>Order in which columns get their own token</source>
            <translation>各列换上自己词元的顺序</translation>
        </message>
        <message>
            <source>%1 a second</source>
            <translation>每秒 %1</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>速度</translation>
        </message>
        <message>
            <source>The picture at this step</source>
            <translation>这一步的画面</translation>
        </message>
        <message>
            <source>As an animated GIF, a video, or a strip of frames</source>
            <translation>导出为动态 GIF、视频或连续帧条</translation>
        </message>
        <message>
            <source>&amp;Order</source>
            <translation>顺序(&amp;O)</translation>
        </message>
        <message>
            <source>%1: %2 of %3 have their own token.</source>
            <translation>%1：%3 列中有 %2 列使用自己的词元。</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Export the animation</source>
            <translation>导出动画</translation>
        </message>
        <message>
            <source>Animated GIF (*.gif);;MP4 video (*.mp4);;Strip of frames (*.png *.jpg *.jpeg *.tif *.tiff)</source>
            <translation>动态 GIF (*.gif);;MP4 视频 (*.mp4);;连续帧条 (*.png *.jpg *.jpeg *.tif *.tiff)</translation>
        </message>
        <message>
            <source>Frame %1 of %2</source>
            <translation>第 %1 / %2 帧</translation>
        </message>
        <message>
            <source>%1: %2 frames</source>
            <translation>%1：%2 帧</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ProjectActions</name>
        <message>
            <source>Open &amp;recent</source>
            <translation>最近打开(&amp;R)</translation>
        </message>
        <message>
            <source>The model “%1” is not installed</source>
            <translation>未安装模型“%1”</translation>
        </message>
        <message>
            <source>%1 was made with it; tokens mean nothing to another model. Install it, then open the project again.</source>
            <translation>%1 是用它生成的；词元对别的模型没有意义。请安装该模型后再打开工程。</translation>
        </message>
        <message>
            <source>The recovered panorama</source>
            <translation>恢复的全景图</translation>
        </message>
        <message>
            <source>Models…</source>
            <translation>模型…</translation>
        </message>
        <message>
            <source>Save “%1” before closing it?</source>
            <translation>关闭前保存“%1”吗？</translation>
        </message>
        <message>
            <source>What was made since it was last saved would be lost.</source>
            <translation>上次保存之后的内容将会丢失。</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Don't save</source>
            <translation>不保存</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Open project</source>
            <translation>打开工程</translation>
        </message>
        <message>
            <source>EquiCanvas projects (*.equi)</source>
            <translation>EquiCanvas 工程 (*.equi)</translation>
        </message>
        <message>
            <source>Open photo</source>
            <translation>打开照片</translation>
        </message>
        <message>
            <source>Pictures (%1)</source>
            <translation>图片 (%1)</translation>
        </message>
        <message>
            <source>There is no picture on the clipboard</source>
            <translation>剪贴板中没有图片</translation>
        </message>
        <message>
            <source>panorama</source>
            <translation>全景图</translation>
        </message>
        <message>
            <source>Save project</source>
            <translation>保存工程</translation>
        </message>
        <message>
            <source>Saved</source>
            <translation>已保存</translation>
        </message>
        <message>
            <source>The project could not be saved</source>
            <translation>工程无法保存</translation>
        </message>
        <message>
            <source>Save as…</source>
            <translation>另存为…</translation>
        </message>
        <message>
            <source>Clear the list</source>
            <translation>清空列表</translation>
        </message>
        <message>
            <source>an untitled panorama</source>
            <translation>未命名的全景图</translation>
        </message>
        <message>
            <source>The program did not end properly</source>
            <translation>程序上次没有正常退出</translation>
        </message>
        <message>
            <source>%1 of %2 was not saved and can be recovered.</source>
            <translation>%1（%2）没有保存，可以恢复。</translation>
        </message>
        <message>
            <source>Recover</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>丢弃</translation>
        </message>
        <message>
            <source>“%1” was changed by another program</source>
            <translation>“%1”已被其他程序更改</translation>
        </message>
        <message>
            <source>Since it was opened here. Replacing it loses what the other program wrote.</source>
            <translation>在此处打开之后发生了更改。替换它会丢失其他程序写入的内容。</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>保存…</translation>
        </message>
        <message>
            <source>Not saved automatically</source>
            <translation>未自动保存</translation>
        </message>
        <message>
            <source>%1 was changed by another program since it was opened here.</source>
            <translation>%1 在此处打开后已被其他程序更改。</translation>
        </message>
        <message>
            <source>Wait until the model is loaded.</source>
            <translation>请等待模型加载完成。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ProjectKeeper</name>
        <message>
            <source>Untitled</source>
            <translation>未命名</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>%1 cannot be written</source>
            <translation>%1 无法写入</translation>
        </message>
        <message>
            <source>The folder for open projects cannot be written; nothing can be recovered after a crash.</source>
            <translation>存放已打开工程的文件夹无法写入；崩溃后将无法恢复。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::QueueModel</name>
        <message>
            <source>Waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>Being made</source>
            <translation>生成中</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>Cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>Set aside</source>
            <translation>已搁置</translation>
        </message>
        <message>
            <source>Half made</source>
            <translation>做到一半</translation>
        </message>
        <message>
            <source>Being written</source>
            <translation>写入中</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>Done in %L1 s</source>
            <translation>完成，用时 %L1 秒</translation>
        </message>
        <message>
            <source>Set aside: the program ended twice while it was being made</source>
            <translation>已搁置：生成它时程序两次意外结束</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Scene</source>
            <translation>场景</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>种子</translation>
        </message>
        <message>
            <source>Columns</source>
            <translation>列</translation>
        </message>
        <message>
            <source>Guidance</source>
            <translation>引导强度</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>步数</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::SceneDialog</name>
        <message>
            <source>Change scene</source>
            <translation>更换场景</translation>
        </message>
        <message>
            <source>Another scene from column %L1 on</source>
            <translation>从第 %L1 列起换成另一个场景</translation>
        </message>
        <message>
            <source>What lies further out is made again. Undo brings it back.</source>
            <translation>更外侧的内容会重新生成。撤销可以恢复。</translation>
        </message>
        <message>
            <source>Search scenes</source>
            <translation>搜索场景</translation>
        </message>
        <message>
            <source>Scenes</source>
            <translation>场景</translation>
        </message>
        <message>
            <source> columns</source>
            <translation> 列</translation>
        </message>
        <message>
            <source>at once</source>
            <translation>立即</translation>
        </message>
        <message>
            <source>&amp;Morph over</source>
            <translation>过渡(&amp;M)</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::SceneModel</name>
        <message>
            <source>%1 — click to start a panorama, drag onto the canvas to change the scene there</source>
            <translation>%1 — 单击开始一幅全景图，拖到画布上可从该处更换场景</translation>
        </message>
        <message>
            <source>%1 — click to continue the photo as this scene</source>
            <translation>%1 — 单击即以该场景延续照片</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ScenePanel</name>
        <message>
            <source>Search scenes</source>
            <translation>搜索场景</translation>
        </message>
        <message>
            <source>Only favourites</source>
            <translation>只显示收藏</translation>
        </message>
        <message>
            <source>Scenes</source>
            <translation>场景</translation>
        </message>
        <message>
            <source>No model yet</source>
            <translation>还没有模型</translation>
        </message>
        <message>
            <source>A model makes the scenes. Import the published checkpoints, or put a model folder into the models folder.</source>
            <translation>场景由模型生成。请导入公开发布的检查点，或把模型文件夹放入模型目录。</translation>
        </message>
        <message>
            <source>Models…</source>
            <translation>模型…</translation>
        </message>
        <message>
            <source>Loading the model…</source>
            <translation>正在载入模型…</translation>
        </message>
        <message>
            <source>No favourites yet. The star on a scene makes it one.</source>
            <translation>还没有收藏。点场景上的星标即可收藏。</translation>
        </message>
        <message>
            <source>No scene matches “%1”.</source>
            <translation>没有匹配“%1”的场景。</translation>
        </message>
        <message>
            <source>Start a panorama</source>
            <translation>开始一幅全景图</translation>
        </message>
        <message>
            <source>Remove from favourites</source>
            <translation>取消收藏</translation>
        </message>
        <message>
            <source>Add to favourites</source>
            <translation>加入收藏</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::ShortcutsDialog</name>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>键盘快捷键</translation>
        </message>
        <message>
            <source>Everything can be done without a mouse: Tab goes from part to part.</source>
            <translation>所有操作都可以不用鼠标：Tab 键在各部分之间切换。</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>搜索</translation>
        </message>
        <message>
            <source>Search shortcuts</source>
            <translation>搜索快捷键</translation>
        </message>
        <message>
            <source>Canvas</source>
            <translation>画布</translation>
        </message>
        <message>
            <source>Other</source>
            <translation>其他</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::SplitView</name>
        <message>
            <source>Before and after</source>
            <translation>前后对比</translation>
        </message>
        <message>
            <source>The arrow keys move the divider</source>
            <translation>方向键移动分隔线</translation>
        </message>
        <message>
            <source>before</source>
            <translation>之前</translation>
        </message>
        <message>
            <source>after</source>
            <translation>之后</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::StatusLine</name>
        <message>
            <source>Position under the cursor</source>
            <translation>光标所在位置</translation>
        </message>
        <message>
            <source>Zoom</source>
            <translation>缩放</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>设备</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>Column %L1  ·  pixel %L2, %L3</source>
            <translation>第 %L1 列  ·  像素 %L2, %L3</translation>
        </message>
        <message>
            <source>  ·  RGB %1 %2 %3</source>
            <translation>  ·  RGB %1 %2 %3</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>loading the model…</source>
            <translation>正在载入模型…</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>没有模型</translation>
        </message>
        <message>
            <source>%1 on %2</source>
            <translation>%1，%2</translation>
        </message>
        <message>
            <source>Memory %1</source>
            <translation>内存 %1</translation>
        </message>
        <message>
            <source>%L1 columns/s</source>
            <translation>%L1 列/秒</translation>
        </message>
        <message>
            <source>Show the batch</source>
            <translation>显示批次</translation>
        </message>
        <message>
            <source>Batch %L1/%L2</source>
            <translation>批次 %L1/%L2</translation>
        </message>
        <message>
            <source>Batch %L1/%L2, paused</source>
            <translation>批次 %L1/%L2，已暂停</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::SwapPage</name>
        <message>
            <source>The other column</source>
            <translation>另一列</translation>
        </message>
        <message>
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <source>Column of the file</source>
            <translation>文件中的列</translation>
        </message>
        <message>
            <source>Another random token</source>
            <translation>换一个随机词元</translation>
        </message>
        <message>
            <source>How far from the old token to the new one</source>
            <translation>从旧词元到新词元走多远</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Continue from it</source>
            <translation>由此延续</translation>
        </message>
        <message>
            <source>Along the arc</source>
            <translation>沿弧线</translation>
        </message>
        <message>
            <source>Straight</source>
            <translation>直线</translation>
        </message>
        <message>
            <source>Way from the old token to the new one</source>
            <translation>从旧词元到新词元的路径</translation>
        </message>
        <message>
            <source>The arc keeps the token's length; the straight line shortens it half way</source>
            <translation>弧线保持词元长度；直线在中途会变短</translation>
        </message>
        <message>
            <source>Keep the token in the canvas (undo brings the old one back)</source>
            <translation>把词元保留在画布中（撤销可恢复旧的）</translation>
        </message>
        <message>
            <source>Keep the token and make everything outwards of it again from it, with the same noise</source>
            <translation>保留该词元，并用相同噪声由它重新生成外侧的一切</translation>
        </message>
        <message>
            <source>&amp;With</source>
            <translation>换成(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Blend</source>
            <translation>混合(&amp;B)</translation>
        </message>
        <message>
            <source>Wa&amp;y</source>
            <translation>路径(&amp;Y)</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
        <message>
            <source>another column</source>
            <translation>另一列</translation>
        </message>
        <message>
            <source>another scene</source>
            <translation>另一个场景</translation>
        </message>
        <message>
            <source>a picture or project</source>
            <translation>图片或工程</translation>
        </message>
        <message>
            <source>a random token</source>
            <translation>随机词元</translation>
        </message>
        <message>
            <source>the mean token</source>
            <translation>平均词元</translation>
        </message>
        <message>
            <source>Where the other token is from</source>
            <translation>另一个词元来自哪里</translation>
        </message>
        <message>
            <source>The other scene</source>
            <translation>另一个场景</translation>
        </message>
        <message>
            <source>The token that this scene has here with the same noise</source>
            <translation>该场景在此处用相同噪声得到的词元</translation>
        </message>
        <message>
            <source>Column of the picture or project</source>
            <translation>图片或工程中的列</translation>
        </message>
        <message>
            <source>&amp;Column</source>
            <translation>列(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Scene</source>
            <translation>场景(&amp;S)</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Draw</source>
            <translation>抽取(&amp;D)</translation>
        </message>
        <message>
            <source>Take tokens from</source>
            <translation>取词元自</translation>
        </message>
        <message>
            <source>Pictures and projects (%1)</source>
            <translation>图片与工程 (%1)</translation>
        </message>
        <message>
            <source>Drop a picture or a project here, or choose one.</source>
            <translation>把图片或工程拖到这里，或选择一个。</translation>
        </message>
        <message>
            <source>Distance %1, cosine %2.</source>
            <translation>距离 %1，余弦 %2。</translation>
        </message>
        <message>
            <source>The photo's own columns cannot be changed.</source>
            <translation>照片自身的列不能更改。</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::TokenPlot</name>
        <message>
            <source>The token's numbers</source>
            <translation>词元的数值</translation>
        </message>
        <message>
            <source>Number %L1: %2</source>
            <translation>第 %L1 个数：%2</translation>
        </message>
    </context>
    <context>
        <name>equi::ui::VariationsDialog</name>
        <message>
            <source>Variation %1</source>
            <translation>候选 %1</translation>
        </message>
        <message>
            <source>Variations</source>
            <translation>多个候选</translation>
        </message>
        <message>
            <source>Continuations to the right from column %L1</source>
            <translation>从第 %L1 列向右的延续</translation>
        </message>
        <message>
            <source>Continuations to the left from column %L1</source>
            <translation>从第 %L1 列向左的延续</translation>
        </message>
        <message>
            <source>&amp;Other ones</source>
            <translation>换一批(&amp;O)</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Click one, or press its number, to keep it. Escape keeps what is there.</source>
            <translation>单击某个或按它的数字键即可保留。按 Esc 保持原样。</translation>
        </message>
    </context>
</TS>
